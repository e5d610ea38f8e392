// A tenant (a municipality or an institution) with its directory: who works there, in which role and queue.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/core/ids.h"
#include "engine/sla/calendar.h"

namespace rasti::core {

/// A text in the languages of the platform. Serbian is kept in Latin script; Cyrillic is derived from it.
struct Texts {
  std::string sq;
  std::string sr_latn;
  std::string en;
  bool operator==(const Texts&) const = default;
};

struct Queue {
  QueueId id;
  DirectorateId directorate;
  Texts title;
  bool operator==(const Queue&) const = default;
};

struct Directorate {
  DirectorateId id;
  Texts title;
  bool operator==(const Directorate&) const = default;
};

/// Days on which somebody is away, both included, on the wall of their tenant's calendar.
struct Absence {
  sla::Day from;
  sla::Day to;
  std::optional<ActorId> substitute;  // none: the person's own
  bool operator==(const Absence&) const = default;
};

struct Person {
  ActorId id;          // a random UUID
  std::string handle;  // what colleagues type: "waste.officer1"
  std::vector<Role> roles;
  std::vector<QueueId> queues;
  std::optional<DirectorateId> directorate;
  std::vector<std::string> languages;
  std::optional<ActorId> substitute;
  bool active = true;             // false: they have left
  std::vector<Absence> absences;  // ascending, without overlap
  bool operator==(const Person&) const = default;
};

struct Tenant {
  TenantId id;
  VersionedName version;
  std::string kind;  // "municipality", "ministry", "institution"
  Texts title;
  std::string calendar;  // name of its working calendar
  std::vector<std::string> languages;
  std::optional<TenantId> overseen_by;
  std::vector<Directorate> directorates;
  std::vector<Queue> queues;
  std::optional<QueueId> default_queue;
  std::vector<Person> people;

  const Person* FindPerson(const ActorId& id) const;
  const Person* FindHandle(std::string_view handle) const;
  const Queue* FindQueue(const QueueId& id) const;
  const Directorate* FindDirectorate(const DirectorateId& id) const;

  /// To be called once after `people` is filled: FindPerson then takes constant time.
  void BuildIndex();

 private:
  std::unordered_map<ActorId, size_t> person_by_id_;
};

}  // namespace rasti::core
