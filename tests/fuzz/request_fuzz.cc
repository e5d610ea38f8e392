// What `rasti run` does with requests, whoever sends them: the input is a row of requests, answered one after the other
// by an engine of its own with a clock that stands still. A command without signature is signed as this machine's
// command line would; all else stays as it is.
//
// Each request is answered once, with what it asked for or with a reason; what is answered fits a frame and can be read
// by the client. An engine that an input changed is not used for the next one.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <limits>

#include "engine/codec/command_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/parse.h"
#include "engine/codec/result_codec.h"
#include "proto/rasti/v1/command.pb.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_row.h"
#include "tools/rasti/calendar/forecast.h"
#include "tools/rasti/direct_session.h"
#include "tools/rasti/events/event_query.h"
#include "tools/rasti/frame.h"
#include "tools/rasti/request_handler.h"
#include "tools/rasti/scenario/scratch_node.h"
#include "tools/rasti/wire.h"

namespace rasti::fuzz {

const google::protobuf::Message& RowItem() { return v1::Request::default_instance(); }

namespace {

using Ask = v1::Request::AskCase;
using Given = v1::Response::AnswerCase;

constexpr size_t kRequestsMost = 12;
constexpr std::chrono::seconds kPatience{120};
constexpr int64_t kSettleMost = 20;

template <class T>
T Must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  RASTI_CHECK(result.has_value(), "there is an engine to ask");
  return *std::move(result);
}

std::vector<codec::PackageFiles> Packages() {
  std::vector<codec::PackageFiles> packages;
  for (const char* folder :
       {"workflows/coselog", "workflows/tenants/coselog", "workflows/calendars/coselog", "workflows/tzdata/2025b"}) {
    packages.push_back(Must(codec::ReadPackageDirectory(folder)));
  }
  return packages;
}

// An engine with its packages, and who answers for it.
class Service {
 public:
  Service()
      : scratch_(Must(cli::ScratchNode::Open(KnownPackages(), *ParseInstant("2012-03-05T09:00:00Z")))),
        node_(dynamic_cast<cli::DirectSession&>(scratch_->session()).engine()),
        log_(false, cli::ServiceLog::Level::kWarn),
        files_(Must(cli::ScratchDirectory::Make("fuzz", ""))),
        handler_(node_, log_, 1) {
    handler_.set_retire([](const auto& done) { done(Status()); });
    handler_.set_client_count([] { return 1; });
  }

  v1::Response Answer(v1::Request request) {
    Prepare(request);
    auto answered = std::make_shared<std::promise<v1::Response>>();
    auto answer = answered->get_future();
    handler_.Handle(std::move(request),
                    [answered](v1::Response response) { answered->set_value(std::move(response)); });
    RASTI_CHECK(answer.wait_for(kPatience) == std::future_status::ready, "a request is answered");
    RASTI_CHECK(node_.status().has_value(), "the engine goes on, whatever it was asked");
    return answer.get();
  }

  /// Whether what it keeps is no longer what it was made with.
  bool changed() const { return changed_ || node_.counters().events > 0 || node_.counters().dead_letters > 0; }
  void NoteChange(Ask ask, const v1::Response& response) {
    changed_ |= !response.has_failure() && (ask == Ask::kPublish || ask == Ask::kAdvanceClock ||
                                            ask == Ask::kSnapshot || ask == Ask::kNoteDeadLetter);
    changed_ |= response.has_views() && response.views().rebuild() != v1::Response::Views::REBUILD_NONE;
  }

 private:
  static const std::vector<codec::PackageFiles>& KnownPackages() {
    static const std::vector<codec::PackageFiles> kPackages = Packages();
    return kPackages;
  }

  void Prepare(v1::Request& request) {
    // Nothing lands elsewhere on this machine, and nobody waits for an hour.
    if (request.has_snapshot() && !request.snapshot().directory().empty()) {
      request.mutable_snapshot()->set_directory(files_.path() + "/snapshot");
    }
    // What the views will never show would be waited for, half a minute each time.
    const int64_t wanted = request.show().token().sequence();
    const bool never =
        wanted >= Must(node_.log().EndSequence({0})).value && wanted != std::numeric_limits<int64_t>::max();
    if (request.has_show() && never) request.mutable_show()->clear_token();
    if (request.has_settle()) {
      request.mutable_settle()->set_length_ms(std::min(request.settle().length_ms(), kSettleMost));
    }
    if (request.has_read_events()) {
      request.mutable_read_events()->set_wait_ms(std::min(request.read_events().wait_ms(), kSettleMost));
    }
    if (request.has_submit() && request.submit().mac().empty()) Sign(*request.mutable_submit());
    // A process keeps the bytes of a time zone for ever, so that one input would change what the next one meets.
    if (request.has_publish()) {
      auto& packages = *request.mutable_publish()->mutable_packages();
      const auto of_zones = [](const v1::Package& package) { return package.kind() == v1::PACKAGE_KIND_TZDATA; };
      packages.erase(std::remove_if(packages.begin(), packages.end(), of_zones), packages.end());
    }
  }

  void Sign(v1::Signed& submit) const {
    v1::Command command;
    if (!codec::Parse(command, submit.body())) return;
    const client::ClientOptions local = cli::LocalClientOptions(node_.key());
    command.set_submitter(local.submitter.str());
    const auto made = codec::SignCommand(command.SerializeAsString(), local.key_id, local.key);
    codec::Parse(submit, codec::EncodeSigned(made));
  }

  std::unique_ptr<cli::ScratchNode> scratch_;
  cli::Node& node_;
  cli::ServiceLog log_;
  cli::ScratchDirectory files_;
  cli::RequestHandler handler_;
  bool changed_ = false;
};

Given WantedFor(Ask ask) {
  switch (ask) {
    case Ask::kPing: return Given::kPong;
    case Ask::kStatus: return Given::kStatus;
    case Ask::kSubmit: return Given::kSubmitted;
    case Ask::kPublish: return Given::kPublished;
    case Ask::kPackages: return Given::kPackages;
    case Ask::kShow: return Given::kPage;
    case Ask::kHistory: return Given::kHistory;
    case Ask::kDeadlines: return Given::kDeadlines;
    case Ask::kCount: return Given::kTally;
    case Ask::kCases: return Given::kCases;
    case Ask::kInbox: return Given::kInbox;
    case Ask::kStats: return Given::kStats;
    case Ask::kViews: return Given::kViews;
    case Ask::kPublicCases: return Given::kPublicCases;
    case Ask::kNumbers: return Given::kNumbers;
    case Ask::kForecast: return Given::kForecast;
    case Ask::kReadEvents: return Given::kEvents;
    case Ask::kFigures: return Given::kFigures;
    case Ask::kDeadLetters:
    case Ask::kNoteDeadLetter: return Given::kDeadLetters;
    case Ask::kSettle:
    case Ask::kAdvanceClock:
    case Ask::kRetire:
    case Ask::kSnapshot:
    case Ask::kCopyLog: return Given::kDone;
    case Ask::ASK_NOT_SET: break;
  }
  return Given::kFailure;
}

template <class Value>
void CheckReadable(const Result<Value>& value) {
  RASTI_CHECK(value.has_value(), "what is answered can be read by the client");
}

void CheckContent(const v1::Response& response) {
  switch (response.answer_case()) {
    case Given::kFailure:
      RASTI_CHECK(!response.failure().message().empty(), "a failure says why");
      RASTI_CHECK(response.failure().code() != ErrorCodeName(ErrorCode::kInternal), "no question is an internal error");
      return;
    case Given::kSubmitted: return CheckReadable(codec::DecodeResult(response.submitted().SerializeAsString()));
    case Given::kPackages: return CheckReadable(cli::PackagesFromWire(response.packages()));
    case Given::kPage: return CheckReadable(cli::FromWire(response.page()));
    case Given::kHistory:
      for (const std::string& stored : response.history().stored()) CheckReadable(codec::DecodeEvent(stored));
      return;
    case Given::kDeadlines: return CheckReadable(cli::FromWire(response.deadlines()));
    case Given::kCases: return CheckReadable(cli::FromWire(response.cases()));
    case Given::kInbox: return CheckReadable(cli::FromWire(response.inbox()));
    case Given::kViews: return CheckReadable(cli::FromWire(response.views()));
    case Given::kPublicCases: return CheckReadable(cli::FromWire(response.public_cases()));
    case Given::kNumbers: return CheckReadable(cli::FromWire(response.numbers()));
    case Given::kForecast: return CheckReadable(cli::FromWire(response.forecast()));
    case Given::kEvents: return CheckReadable(cli::FromWire(response.events()));
    case Given::kDeadLetters:
      for (const auto& entry : response.dead_letters().entries()) CheckReadable(cli::FromWire(entry));
      return;
    case Given::kPong:
    case Given::kStatus:
    case Given::kPublished:
    case Given::kDone:
    case Given::kTally:
    case Given::kStats:
    case Given::kFigures:
    case Given::ANSWER_NOT_SET: return;
  }
}

void CheckAnswer(uint64_t id, Ask ask, const v1::Response& response) {
  RASTI_CHECK(response.id() == id, "an answer names its request");
  const Given given = response.answer_case();
  RASTI_CHECK(given == Given::kFailure || given == WantedFor(ask), "an answer fits its question");
  CheckContent(response);
  const auto frame = cli::MakeFrame(response.SerializeAsString());
  RASTI_CHECK(frame.has_value() || frame.error().code == ErrorCode::kOutOfRange, "an answer fits a frame");
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  // Made before this is, so that it goes before what RocksDB keeps for the whole process.
  static std::unique_ptr<Service> service = std::make_unique<Service>();
  size_t asked = 0;
  for (const std::string_view item : SplitRow(AsText(data, size))) {
    v1::Request request;
    if (!codec::Parse(request, item) || request.id() == 0 || ++asked > kRequestsMost) continue;
    if (service == nullptr) service = std::make_unique<Service>();
    const uint64_t id = request.id();
    const auto ask = request.ask_case();
    const v1::Response response = service->Answer(std::move(request));
    CheckAnswer(id, ask, response);
    service->NoteChange(ask, response);
  }
  if (service != nullptr && service->changed()) service.reset();
  return 0;
}
