// What goes over the socket, to and from the types of the engine: requests' moments, pages of cases and deadlines.
#pragma once

#include <vector>

#include "engine/codec/package_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/runtime/dead_letter_box.h"
#include "engine/views/views.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tools/rasti/node_views.h"

namespace rasti::cli {

v1::CaseStatus ToWire(core::CaseStatus status);
/// Errors: kUnsupportedVersion (one that only a newer rasti knows).
Result<core::CaseStatus> FromWire(v1::CaseStatus wire);
/// Milliseconds since 1970. Errors: kInvalidArgument (not between the years 1 and 9999).
Result<Instant> InstantFromWire(int64_t millis);

void ToWire(const views::Moment& moment, v1::Request::Moment& out);
Result<views::Moment> FromWire(const v1::Request::Moment& in);

void ToWire(const codec::Token& token, v1::Token& out);
codec::Token FromWire(const v1::Token& in);

void ToWire(const views::CasePage& page, v1::Response::CasePage& out);
Result<views::CasePage> FromWire(const v1::Response::CasePage& in);

void ToWire(const views::DeadlineQuery& query, v1::Request::ListDeadlines& out);
/// Errors: kUnsupportedVersion: lists that only a newer rasti knows.
Result<views::DeadlineQuery> FromWire(const v1::Request::ListDeadlines& in);
void ToWire(const views::DeadlinePage& page, v1::Response::Deadlines& out);
Result<views::DeadlinePage> FromWire(const v1::Response::Deadlines& in);

void ToWire(const views::InboxQuery& query, v1::Request::ListInbox& out);
/// Errors: kUnsupportedVersion (a list that only a newer rasti knows).
Result<views::InboxQuery> FromWire(const v1::Request::ListInbox& in);
void ToWire(const views::InboxPage& page, v1::Response::Inbox& out);
Result<views::InboxPage> FromWire(const v1::Response::Inbox& in);

void ToWire(const views::StatsQuery& query, v1::Request::SumUp& out);
Result<views::StatsQuery> FromWire(const v1::Request::SumUp& in);
void ToWire(const views::StatsRow& row, v1::Response::Stats::Row& out);
void ToWire(const std::vector<views::StatsRow>& rows, v1::Response::Stats& out);
std::vector<views::StatsRow> FromWire(const v1::Response::Stats& in);
/// Only which row it is.
void ToWire(const views::StatsRow& row, v1::Request::SumUp::Place& out);
views::StatsRow FromWire(const v1::Request::SumUp::Place& in);

void ToWire(const views::PublicQuery& query, v1::Request::ListPublic& out);
views::PublicQuery FromWire(const v1::Request::ListPublic& in);
void ToWire(const views::PublicPage& page, v1::Response::Public& out);
void ToWire(const views::NumberQuery& query, v1::Request::ListNumbers& out);
views::NumberQuery FromWire(const v1::Request::ListNumbers& in);
void ToWire(const views::NumberPage& page, v1::Response::Numbers& out);
Result<views::NumberPage> FromWire(const v1::Response::Numbers& in);
Result<views::PublicPage> FromWire(const v1::Response::Public& in);

void ToWire(const ViewStatus& status, v1::Response::Views& out);
/// Errors: kUnsupportedVersion (a state of a rebuild that only a newer rasti knows).
Result<ViewStatus> FromWire(const v1::Response::Views& in);

void ToWire(const views::CaseList& list, v1::Response::Cases& out);
Result<views::CaseList> FromWire(const v1::Response::Cases& in);

void ToWire(const views::StatusTally& tally, v1::Response::Tally& out);
views::StatusTally FromWire(const v1::Response::Tally& in);

void ToWire(const runtime::FiledDeadLetter& filed, v1::Response::DeadLetters::Entry& out);
Result<runtime::FiledDeadLetter> FromWire(const v1::Response::DeadLetters::Entry& in);

template <class Packages>
void ToWire(const std::vector<codec::PublishedPackage>& packages, Packages& out) {
  for (const codec::PublishedPackage& package : packages) {
    out.add_packages()->ParseFromString(codec::EncodePackage(package));
  }
}
template <class Packages>
Result<std::vector<codec::PublishedPackage>> PackagesFromWire(const Packages& in) {
  std::vector<codec::PublishedPackage> packages;
  for (const v1::Package& package : in.packages()) {
    RASTI_TRY(auto decoded, codec::DecodePackage(package.SerializeAsString()));
    packages.push_back(std::move(decoded));
  }
  return packages;
}

}  // namespace rasti::cli
