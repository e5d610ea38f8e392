// `rasti top`: a running node as it is at this moment, in full screen.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "tools/rasti/commands.h"
#include "tools/rasti/interrupt.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"
#include "tools/rasti/top/figures_text.h"
#include "tools/rasti/top/screen.h"

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Wire = v1::Response::Figures;

constexpr double kIntervalLeast = 0.1;
constexpr double kIntervalMost = 60;
constexpr milliseconds kAnswerMost{15'000};

struct TopOptions {
  double interval_s = 1;
  bool once = false;
};

Outcome<std::unique_ptr<SocketSession>> Connect(const Context& context) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_CHECKED(ReadDataMeta(paths));
  RASTI_TRY(const std::string key, ReadLocalKey(paths));
  auto session = SocketSession::Connect(paths.socket(), key);
  if (session) return *std::move(session);
  if (session.error().code != ErrorCode::kUnavailable) return Refuse(session.error());
  return Refuse(Error{ErrorCode::kUnavailable,
                      fmt::format("nobody listens on {}: start the node with rasti run --data {}, then there is "
                                  "something to watch",
                                  paths.socket(), paths.root)});
}

// Two looks, because rates are what is between them.
Outcome<void> PrintOnce(const Context& context, SocketSession& session, Interrupt& interrupt, milliseconds interval) {
  RASTI_TRY(const Wire before, session.Figures());
  if (interrupt.Wait(interval) == Interrupt::Why::kSignal) return {};
  RASTI_TRY(const Wire now, session.Figures());
  const auto rates = RatesBetween(before, now);
  context.out.Json(JsonOf(now, rates));
  const FiguresText text = TextOf(now, rates);
  for (const std::string& line : text.head) context.out.Line(line);
  for (const std::string& line : text.lines) context.out.Line(line);
  context.out.Line(text.partitions_head);
  for (const std::string& line : text.partitions) context.out.Line(line);
  return {};
}

// What is seen: the last figures, and where in the list of partitions one is.
class View {
 public:
  explicit View(Screen& screen) : screen_(screen) {}

  void Take(Wire figures) {
    if (now_) rates_ = RatesBetween(*now_, figures);
    now_ = std::move(figures);
  }

  void Scroll(int rows) { first_ = std::max(first_ + rows, 0); }

  void Draw() {
    screen_.Clear();
    int row = 0;
    if (now_) {
      const FiguresText text = TextOf(*now_, rates_);
      for (const std::string& line : text.head) {
        screen_.Line(row, line, row == 0 ? Screen::Look::kReverse : Screen::Look::kAlarm);
        ++row;
      }
      for (const std::string& line : text.lines) screen_.Line(row++, line);
      screen_.Line(row++, text.partitions_head, Screen::Look::kBold);
      DrawPartitions(text.partitions, row);
    }
    screen_.Line(screen_.rows() - 1, "q quits; arrows scroll the partitions", Screen::Look::kReverse);
    screen_.Show();
  }

 private:
  void DrawPartitions(const std::vector<std::string>& partitions, int row) {
    const int room = std::max(screen_.rows() - 1 - row, 0);
    const auto all = static_cast<int>(partitions.size());
    first_ = std::clamp(first_, 0, std::max(all - room, 0));
    for (int i = 0; i < room && first_ + i < all; ++i) {
      const bool is_cut = i + 1 == room && first_ + i + 1 < all;
      screen_.Line(row + i, is_cut ? fmt::format("... and {} more below", all - first_ - i)
                                   : partitions[static_cast<size_t>(first_ + i)]);
    }
  }

  Screen& screen_;
  std::optional<Wire> now_;
  std::optional<Rates> rates_;
  int first_ = 0;
};

// A question that is under way; its answer wakes who waits.
class Asking {
 public:
  Asking(SocketSession& session, Interrupt& interrupt) : session_(session), interrupt_(interrupt) {}

  bool under_way() const { return asked_at_.has_value(); }
  bool IsLate() const { return asked_at_ && steady_clock::now() - *asked_at_ > kAnswerMost; }

  Status Ask() {
    asked_at_ = steady_clock::now();
    return session_.AskFigures([answer = answer_, &interrupt = interrupt_](Result<Wire> figures) {
      const std::lock_guard lock(answer->mutex);
      answer->figures = std::move(figures);
      interrupt.Wake();
    });
  }
  /// The answer, once.
  std::optional<Result<Wire>> Take() {
    const std::lock_guard lock(answer_->mutex);
    auto taken = std::exchange(answer_->figures, std::nullopt);
    if (taken) asked_at_.reset();
    return taken;
  }

 private:
  struct Answer {
    std::mutex mutex;
    std::optional<Result<Wire>> figures;  // guarded by mutex
  };
  SocketSession& session_;
  Interrupt& interrupt_;  // outlives the session, and with it every answer
  std::optional<steady_clock::time_point> asked_at_;
  std::shared_ptr<Answer> answer_ = std::make_shared<Answer>();
};

// What went wrong with a node that answered before.
Failure Gone(Error error) {
  if (error.code == ErrorCode::kUnavailable) error.message = "`rasti run` went away: " + error.message;
  return error;
}

Outcome<void> Watch(SocketSession& session, Interrupt& interrupt, milliseconds interval) {
  RASTI_TRY(const auto screen, Screen::Open());
  View view(*screen);
  Asking asking(session, interrupt);
  auto ask_at = steady_clock::now();
  view.Draw();
  for (;;) {
    if (!asking.under_way() && steady_clock::now() >= ask_at) {
      ask_at = steady_clock::now() + interval;
      const Status asked = asking.Ask();
      if (!asked) return Refuse(Gone(asked.error()));
    }
    const auto until = asking.under_way() ? steady_clock::now() + interval : ask_at;
    const auto wait = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (interrupt.Wait(std::max(wait, milliseconds{0}), STDIN_FILENO) == Interrupt::Why::kSignal) return {};
    if (auto figures = asking.Take()) {
      if (!*figures) return Refuse(Gone(figures->error()));
      view.Take(**std::move(figures));
      view.Draw();
    }
    if (asking.IsLate()) return Refuse(Error{ErrorCode::kTimedOut, "`rasti run` does not answer any more"});
    for (auto key = screen->Read(); key != Screen::Key::kNone; key = screen->Read()) {
      if (key == Screen::Key::kQuit) return {};
      if (key == Screen::Key::kUp) view.Scroll(-1);
      if (key == Screen::Key::kDown) view.Scroll(1);
      view.Draw();
    }
  }
}

Outcome<void> RunTop(const Context& context, const TopOptions& options) {
  const milliseconds interval{static_cast<int64_t>(options.interval_s * 1000)};
  RASTI_TRY(const auto interrupt, Interrupt::Make());
  RASTI_TRY(const auto session, Connect(context));
  interrupt->Arm();
  if (options.once || context.out.json() || ::isatty(STDOUT_FILENO) != 1) {
    return PrintOnce(context, *session, *interrupt, interval);
  }
  return Watch(*session, *interrupt, interval);
}

}  // namespace

void AddTopCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<TopOptions>();
  CLI::App* command =
      AddCommand(app, context, "top",
                 "Watch a running node: what it decides a second, how late timers are, what waits, its partitions and "
                 "its memory. In full screen; q quits",
                 "  rasti top\n"
                 "  rasti top --once --interval 0.2",
                 [&context, options] { return RunTop(context, *options); });
  command->add_option("--interval", options->interval_s, "Seconds between two looks")
      ->check(CLI::Range(kIntervalLeast, kIntervalMost))
      ->capture_default_str();
  command->add_flag("--once", options->once,
                    "Print the figures of one interval as text; so it does without a terminal");
}

}  // namespace rasti::cli
