// A data directory: what lies where, how it is made, and what it says about itself.
//
//   DATA/rasti.json            format, kind of clock; written last by `init`, so that it marks a whole directory
//   DATA/clock                 where a virtual clock stands
//   DATA/log/                  the truth, unless brokers keep it (Kafka)
//   DATA/LOCK                  held by whoever works in it, where brokers keep the log; otherwise that lies in log/
//   DATA/state/p<N>/, views/   computed from the log; may be deleted while nothing runs (view_home.h)
//   DATA/submitters/           who may hand commands in, with their keys (registry.h)
//   DATA/dead-letters.key      opens what was set aside; the public half lies in submitters/ (may be kept elsewhere)
//   DATA/audit-keys/           what checkpoints are signed with, and were before (audit/audit_keys.h)
//   DATA/audit/                the partitions' Merkle trees and a copy of their last checkpoints; computed from the log
//   DATA/rasti.sock            where `rasti run` listens (mode 0600)
//   DATA/last-backup.json      when and where the last backup was made
//   DATA/backup.making/        while a backup is made: a copy of the log by hard links
//   DATA/restore.making/       while a restore is under way: what will be moved into its place
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/ids.h"

namespace rasti::cli {

/// The format of DATA as a whole; the log has one of its own.
inline constexpr int kDataFormat = 1;

struct DataPaths {
  explicit DataPaths(std::string directory) : root(std::move(directory)) {}

  std::string root;
  std::string meta() const { return root + "/rasti.json"; }
  std::string clock() const { return root + "/clock"; }
  std::string log() const { return root + "/log"; }
  std::string states() const { return root + "/state"; }
  std::string state(core::PartitionId partition) const;
  std::string view_home() const { return root + "/views"; }
  std::string views() const { return view_home() + "/shown"; }  // those that are shown
  std::string submitters() const { return root + "/submitters"; }
  std::string registry() const { return submitters() + "/submitters.yaml"; }
  std::string local_key() const { return submitters() + "/local.key"; }
  std::string dead_letter_public_key() const { return submitters() + "/dead-letters.pub"; }
  std::string dead_letter_private_key() const { return root + "/dead-letters.key"; }
  std::string audit() const { return root + "/audit"; }
  std::string audit_keys() const { return root + "/audit-keys"; }
  std::string signing_key() const { return audit_keys() + "/signing.key"; }
  std::string earlier_audit_keys() const { return audit_keys() + "/earlier.txt"; }
  std::string socket() const { return root + "/rasti.sock"; }
  std::string last_backup() const { return root + "/last-backup.json"; }
  std::string log_copy() const { return root + "/backup.making"; }
  std::string restoring() const { return root + "/restore.making"; }
};

/// Where the log is when brokers keep it.
struct KafkaPlace {
  std::string brokers;        // "host:port,host:port"
  std::string topic_prefix;   // of all topics
  std::string group;          // of the nodes that share the partitions
  std::string node;           // this node's name among them, the same for ever
  std::string settings_file;  // of librdkafka: security.protocol, sasl.*, ssl.*; empty: none
};

struct DataMeta {
  int format = kDataFormat;
  bool virtual_clock = false;
  Instant created_at;
  std::optional<KafkaPlace> kafka;  // none: the log is in the directory
};

struct NewDirectory {
  int partitions = 4;                    // of a log in the directory
  std::optional<Instant> virtual_start;  // set: the log's clock is virtual and starts here
  std::optional<KafkaPlace> kafka;       // set: no log is made, the brokers have it
  std::string submitters;                // a folder that several nodes share, linked to; empty: one of its own is made
  Instant created_at;
};

/// Makes a directory, with an empty log unless brokers have it. What an interrupted attempt left behind is made anew;
/// nothing else is touched. Errors: kAlreadyExists (initialised before, or something else lies there),
/// kInvalidArgument, kNoSpace, kPermission, kIo.
Status CreateDataDirectory(const DataPaths& paths, const NewDirectory& wanted);

/// Errors: kNotFound (says how to make one), kUnsupportedVersion (made by a newer rasti), kCorruption, kPermission.
Result<DataMeta> ReadDataMeta(const DataPaths& paths);
/// Where the virtual clock stands. Errors: kNotFound, kCorruption.
Result<Instant> ReadVirtualClock(const DataPaths& paths);

}  // namespace rasti::cli
