#include "tools/rasti/top/screen.h"

// Its macros have names like `erase` and `move`.
#define NCURSES_NOMACROS
#include <fmt/format.h>
#include <ncurses.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace rasti::cli {
namespace {

constexpr int kAlarmPair = 1;
constexpr int kEscape = 27;
// What ends the program on the spot: a bug, or somebody who wants to see where it hangs.
constexpr std::array<int, 6> kFatal = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT};

// What a handler may touch: how the terminal was, and what it is told to be so again.
termios g_settings{};                    // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::array<char, 256> g_restore{};       // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t g_bytes = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

extern "C" void OnFatal(int signal) {
  static_cast<void>(!::write(STDOUT_FILENO, g_restore.data(), static_cast<size_t>(g_bytes)));
  ::tcsetattr(STDIN_FILENO, TCSANOW, &g_settings);
  // The handler is gone by then (SA_RESETHAND).
  static_cast<void>(::raise(signal));
}

void Remember(const char* name) {
  const char* const text = ::tigetstr(name);
  if (text == nullptr || text == reinterpret_cast<const char*>(-1)) return;
  const size_t length = std::strlen(text);
  const auto used = static_cast<size_t>(g_bytes);
  if (used + length > g_restore.size()) return;
  std::memcpy(g_restore.data() + used, text, length);
  g_bytes = static_cast<std::sig_atomic_t>(used + length);
}

}  // namespace

struct Screen::Terminal {
  SCREEN* screen = nullptr;
  std::array<struct sigaction, kFatal.size()> actions{};
  bool colours = false;
};

Screen::Screen(std::unique_ptr<Terminal> terminal) : terminal_(std::move(terminal)) {}

Result<std::unique_ptr<Screen>> Screen::Open() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &g_settings) != 0) {
    return Fail(Error::Invalid("no terminal to draw on; --once prints the figures as text"));
  }
  std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): nobody else asks for it
  auto terminal = std::make_unique<Terminal>();
  terminal->screen = ::newterm(nullptr, stdout, stdin);
  if (terminal->screen == nullptr) {
    const char* const name = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return Fail(Error::Invalid(fmt::format(
        "the terminal '{}' (TERM) is unknown here; --once prints the figures as text", name == nullptr ? "" : name)));
  }
  std::unique_ptr<Screen> screen(new Screen(std::move(terminal)));
  g_bytes = 0;
  for (const char* name : {"sgr0", "rmkx", "cnorm", "rmcup"}) Remember(name);
  struct sigaction action {};
  action.sa_handler = OnFatal;
  action.sa_flags = SA_RESETHAND;
  for (size_t i = 0; i < kFatal.size(); ++i) ::sigaction(kFatal[i], &action, &screen->terminal_->actions[i]);
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, true);
  ::nodelay(stdscr, true);
  ::set_escdelay(50);
  ::curs_set(0);
  if (::has_colors() && ::start_color() == OK) {
    ::use_default_colors();
    screen->terminal_->colours = ::init_pair(kAlarmPair, COLOR_RED, -1) == OK;
  }
  return screen;
}

Screen::~Screen() {
  if (terminal_->screen == nullptr) return;
  ::endwin();
  for (size_t i = 0; i < kFatal.size(); ++i) ::sigaction(kFatal[i], &terminal_->actions[i], nullptr);
  ::delscreen(terminal_->screen);
}

int Screen::rows() const { return ::getmaxy(stdscr); }
int Screen::columns() const { return ::getmaxx(stdscr); }

void Screen::Clear() { ::erase(); }

void Screen::Line(int row, std::string_view text, Look look) {
  if (row < 0 || row >= rows()) return;
  attr_t attributes = A_NORMAL;
  short pair = 0;
  switch (look) {
    case Look::kPlain: break;
    case Look::kBold: attributes = A_BOLD; break;
    case Look::kReverse: attributes = A_REVERSE; break;
    case Look::kAlarm:
      attributes = A_BOLD;
      if (terminal_->colours) pair = kAlarmPair;
      break;
  }
  ::attr_set(attributes, pair, nullptr);
  ::mvaddnstr(row, 0, text.data(), static_cast<int>(std::min<size_t>(text.size(), static_cast<size_t>(columns()))));
  if (look == Look::kReverse) {
    // To the edge, so that it is a bar.
    for (int column = ::getcurx(stdscr); ::getcury(stdscr) == row && column < columns() - 1; ++column) ::addch(' ');
  }
  ::attr_set(A_NORMAL, 0, nullptr);
}

void Screen::Show() { ::refresh(); }

Screen::Key Screen::Read() {
  const int key = ::getch();
  switch (key) {
    case ERR: return Key::kNone;
    case 'q':
    case 'Q':
    case kEscape: return Key::kQuit;
    case KEY_UP:
    case 'k': return Key::kUp;
    case KEY_DOWN:
    case 'j': return Key::kDown;
    case KEY_RESIZE: return Key::kResized;
    default: return Key::kOther;
  }
}

}  // namespace rasti::cli
