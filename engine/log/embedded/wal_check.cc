#include "engine/log/embedded/wal_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "engine/base/system_error.h"
#include "engine/log/embedded/crc32c.h"

namespace rasti::log::embedded {
namespace {

constexpr size_t kBlockBytes = 32'768;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kSectorBytes = 512;
constexpr size_t kBatchHeaderBytes = 12;  // sequence 64, count 32

enum RecordType : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

uint32_t Unmask(uint32_t masked) {
  const uint32_t rotated = masked - 0xa282ead8U;
  return rotated >> 17 | rotated << 15;
}

// A fragment as its header describes it, if it is intact.
struct Fragment {
  RecordType type;
  std::string_view payload;
  size_t end = 0;
};

class LogFile {
 public:
  explicit LogFile(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Fragment> IntactAt(size_t at) const {
    const size_t room = RoomAt(at);
    if (room < kHeaderBytes) return std::nullopt;
    const size_t length = LittleEndian(bytes_.substr(at + 4, 2));
    const auto type = static_cast<uint8_t>(bytes_[at + 6]);
    if (type < kFull || type > kLast || kHeaderBytes + length > room) return std::nullopt;
    if (!CrcAgrees(at, length)) return std::nullopt;
    return Fragment{static_cast<RecordType>(type), bytes_.substr(at + kHeaderBytes, length),
                    at + kHeaderBytes + length};
  }

  // What the header at `at` leaves to the end of its block or of the file.
  size_t RoomAt(size_t at) const { return std::min(kBlockBytes - at % kBlockBytes, bytes_.size() - at); }

  bool CrcAgrees(size_t at, size_t length) const {
    const auto stored = static_cast<uint32_t>(LittleEndian(bytes_.substr(at, 4)));
    return Crc32c({bytes_.substr(at + 6, 1 + length)}) == Unmask(stored);
  }

  // A record begins, intact, somewhere behind: whatever is before it was synced.
  bool RecordBeginsBehind(size_t at) const {
    for (size_t next = at + 1; next + kHeaderBytes <= bytes_.size(); ++next) {
      const auto type = static_cast<uint8_t>(bytes_[next + 6]);
      if ((type == kFull || type == kFirst) && IntactAt(next)) return true;
    }
    return false;
  }

  // A crash leaves a record that is short or that has sectors which were never written; a flipped bit leaves neither.
  bool LooksUnfinished(size_t at) const {
    const size_t room = RoomAt(at);
    if (room < kHeaderBytes) return true;
    // The rest is whole and only the length is wrong.
    if (CrcAgrees(at, room - kHeaderBytes)) return false;
    for (size_t sector = at / kSectorBytes * kSectorBytes; sector < bytes_.size(); sector += kSectorBytes) {
      const std::string_view part = bytes_.substr(std::max(sector, at), sector + kSectorBytes - std::max(sector, at));
      if (part.find_first_not_of('\0') == std::string_view::npos) return true;
    }
    const size_t length = LittleEndian(bytes_.substr(at + 4, 2));
    const auto type = static_cast<uint8_t>(bytes_[at + 6]);
    return type >= kFull && type <= kLast && at + kHeaderBytes + length > bytes_.size() &&
           kHeaderBytes + length <= kBlockBytes - at % kBlockBytes;
  }

 private:
  std::string_view bytes_;
};

// `head`: at least the header of the batch that the record holds.
void CountRecord(LogFileCheck& check, std::string_view head, size_t end, bool write_ahead) {
  ++check.records;
  check.good_bytes = end;
  if (!write_ahead || head.size() < kBatchHeaderBytes) return;
  const uint64_t sequence = LittleEndian(head.substr(0, 8));
  if (check.first_sequence == 0) check.first_sequence = sequence;
  check.next_sequence = sequence + LittleEndian(head.substr(8, 4));
}

// Walks over whole records and stops at the end or at the first fragment that is not what should be there.
size_t Walk(const LogFile& file, std::string_view bytes, bool write_ahead, LogFileCheck& check) {
  std::string head;
  bool within_record = false;
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t block_left = kBlockBytes - at % kBlockBytes;
    if (block_left < kHeaderBytes) {
      // The trailer of a block is too short for a header, and zero.
      const std::string_view trailer = bytes.substr(at, block_left);
      if (trailer.find_first_not_of('\0') != std::string_view::npos) return at;
      at += trailer.size();
      continue;
    }
    const auto fragment = file.IntactAt(at);
    if (!fragment) return at;
    const bool begins = fragment->type == kFull || fragment->type == kFirst;
    if (begins == within_record) return at;
    if (begins) head.clear();
    // A first fragment may be empty, so that the batch's header is in the second.
    if (head.size() < kBatchHeaderBytes) head.append(fragment->payload.substr(0, kBatchHeaderBytes));
    at = fragment->end;
    within_record = fragment->type == kFirst || fragment->type == kMiddle;
    if (!within_record) CountRecord(check, head, at, write_ahead);
  }
  return at;
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return Fail(SystemError("open", path, errno));
  std::string bytes(static_cast<size_t>(in.tellg()), '\0');
  in.seekg(0);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return Fail(SystemError("read", path, errno));
  return bytes;
}

std::string Describe(const LogFileCheck& check) {
  return fmt::format("{}: damaged at byte {} of {}, after {} whole records", check.path, check.good_bytes,
                     check.size_bytes, check.records);
}

Result<LogFileCheck> CheckManifest(const std::string& database) {
  std::ifstream current(database + "/CURRENT");
  if (!current) return Fail(Error::Corruption(database + "/CURRENT: missing; it names the MANIFEST in force"));
  std::string name;
  if (!std::getline(current, name) || !name.starts_with("MANIFEST-")) {
    return Fail(Error::Corruption(database + "/CURRENT: does not name a MANIFEST"));
  }
  auto read = CheckLogFile(database + "/" + name, false);
  if (!read && read.error().code == ErrorCode::kNotFound) {
    return Fail(Error::Corruption(database + "/" + name + ": missing, though CURRENT names it"));
  }
  RASTI_TRY(LogFileCheck check, std::move(read));
  if (check.verdict == LogFileCheck::Verdict::kDamaged) return Fail(Error::Corruption(Describe(check)));
  return check;
}

}  // namespace

Result<LogFileCheck> CheckLogFile(const std::string& path, bool write_ahead) {
  RASTI_TRY(const std::string bytes, ReadFile(path));
  LogFileCheck check{.path = path, .size_bytes = bytes.size()};
  const LogFile file(bytes);
  const size_t stopped = Walk(file, bytes, write_ahead, check);
  if (stopped == bytes.size()) {
    // Whole fragments to the end; the last record may still lack its last one.
    const std::string_view rest = std::string_view(bytes).substr(check.good_bytes);
    const bool only_padding = rest.size() < kHeaderBytes && rest.find_first_not_of('\0') == std::string_view::npos;
    check.verdict = only_padding ? LogFileCheck::Verdict::kClean : LogFileCheck::Verdict::kTorn;
    return check;
  }
  // An intact fragment in the wrong place is no crash's doing.
  const bool torn = !file.IntactAt(stopped) && file.LooksUnfinished(stopped) && !file.RecordBeginsBehind(stopped);
  check.verdict = torn ? LogFileCheck::Verdict::kTorn : LogFileCheck::Verdict::kDamaged;
  return check;
}

Result<std::vector<LogFileCheck>> CheckDatabaseLogs(const std::string& database, bool is_copy) {
  RASTI_CHECKED(CheckManifest(database));
  std::vector<std::pair<uint64_t, std::string>> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(database, error)) {
    if (entry.path().extension() != ".log") continue;
    const std::string stem = entry.path().stem().string();
    uint64_t number = 0;
    std::from_chars(stem.data(), stem.data() + stem.size(), number);
    files.emplace_back(number, entry.path().string());
  }
  if (error) return Fail(SystemError("list", database, error.value()));
  // RocksDB keeps one even when everything was flushed.
  if (files.empty() && !is_copy) return Fail(Error::Corruption(database + ": the write-ahead log is missing"));
  std::sort(files.begin(), files.end());

  std::vector<LogFileCheck> checks;
  uint64_t next_sequence = 0;
  for (const auto& [number, path] : files) {
    RASTI_TRY(LogFileCheck check, CheckLogFile(path, true));
    if (check.verdict == LogFileCheck::Verdict::kDamaged) return Fail(Error::Corruption(Describe(check)));
    if (next_sequence != 0 && check.first_sequence != 0 && check.first_sequence != next_sequence) {
      return Fail(
          Error::Corruption(fmt::format("{}: begins at record {} where {} was to follow: records before it are lost",
                                        path, check.first_sequence, next_sequence)));
    }
    if (check.next_sequence != 0) next_sequence = check.next_sequence;
    checks.push_back(std::move(check));
  }
  return checks;
}

Status CutTornTail(const LogFileCheck& check) {
  const int file = ::open(check.path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return Fail(SystemError("open", check.path, errno));
  const bool ok = ::ftruncate(file, static_cast<off_t>(check.good_bytes)) == 0 && ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  if (!ok) return Fail(SystemError("cut the torn tail off", check.path, error));
  return {};
}

}  // namespace rasti::log::embedded
