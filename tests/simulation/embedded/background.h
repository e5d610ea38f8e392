// RocksDB's background work in one thread that can be waited for, so that what it does falls between two steps of a
// simulated run.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/system_clock.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace rasti::simulation {

/// Sleeps not at all: RocksDB rests a second after background work that failed, and polls a disk that is full.
class SleeplessClock final : public rocksdb::SystemClockWrapper {
 public:
  SleeplessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "SleeplessClock"; }
  void SleepForMicroseconds(int /*micros*/) override { std::this_thread::yield(); }
};

class Background final : public rocksdb::EnvWrapper {
 public:
  /// Files are those of `files`.
  explicit Background(const std::shared_ptr<rocksdb::FileSystem>& files)
      : EnvWrapper(rocksdb::NewCompositeEnv(files)), thread_([this] { Run(); }) {
    system_clock_ = std::make_shared<SleeplessClock>();
  }
  ~Background() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unscheduled)(void*)) override {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({function, argument, priority, tag, unscheduled});
    }
    changed_.notify_all();
  }
  int UnSchedule(void* tag, Priority priority) override {
    std::deque<Job> removed;
    {
      const std::lock_guard lock(mutex_);
      std::deque<Job> left;
      for (const Job& job : jobs_) (job.tag == tag && job.priority == priority ? removed : left).push_back(job);
      jobs_.swap(left);
    }
    for (const Job& job : removed) {
      if (job.unscheduled != nullptr) job.unscheduled(job.argument);
    }
    return static_cast<int>(removed.size());
  }
  // One thread does it all, at the pace of the run: neither more of them nor their priority matters.
  void SetBackgroundThreads(int /*number*/, Priority /*priority*/) override {}
  void IncBackgroundThreadsIfNeeded(int /*number*/, Priority /*priority*/) override {}
  unsigned int GetThreadPoolQueueLen(Priority /*priority*/) const override { return 0; }

  /// Lets all work that is there be done, and waits for it.
  void WaitUntilQuiet() {
    const Turn turn(*this);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return jobs_.empty() && !working_; });
  }
  /// While it lives, work is done: for calls that wait for it. Otherwise it is left for later, so that it is never at
  /// the disk together with who makes the calls.
  class Turn {
   public:
    explicit Turn(Background& background) : background_(background) { background_.AddTurns(1); }
    ~Turn() { background_.AddTurns(-1); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Background& background_;
  };

 private:
  struct Job {
    void (*function)(void*);
    void* argument;
    Priority priority;
    void* tag;
    void (*unscheduled)(void*);
  };

  // A write that waits for a flush would wait for ever.
  static constexpr std::chrono::milliseconds kStalled{5'000};

  void AddTurns(int count) {
    {
      const std::lock_guard lock(mutex_);
      turns_ += count;
    }
    changed_.notify_all();
  }

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      changed_.wait_for(lock, kStalled, [&] { return stopping_ || turns_ > 0; });
      if (jobs_.empty()) {
        if (stopping_) return;
        continue;
      }
      const Job job = jobs_.front();
      jobs_.pop_front();
      working_ = true;
      lock.unlock();
      job.function(job.argument);
      lock.lock();
      working_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  int turns_ = 0;
  bool working_ = false;
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace rasti::simulation
