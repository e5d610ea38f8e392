// <threads.h> by way of <pthread.h>, for ThreadSanitizer: it knows pthreads only, and Debian's librdkafka is built on
// C11 threads. A thread that ThreadSanitizer did not see begin dies in the first function that it intercepts; a mutex
// that it does not see orders nothing. The types are the same in glibc (nptl/thrd_create.c and its neighbours do these
// calls).
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

pthread_mutex_t* Of(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* Of(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int Outcome(int error) {
  switch (error) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
  }
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* opaque) {
  const std::unique_ptr<Start> start(static_cast<Start*>(opaque));
  // NOLINTNEXTLINE(performance-no-int-to-ptr): what thrd_join gives back
  return reinterpret_cast<void*>(static_cast<intptr_t>(start->function(start->argument)));
}

}  // namespace

// The parameters of <threads.h> have reserved names.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, &Run, start.get());
  if (error == 0) static_cast<void>(start.release());
  return Outcome(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(returned));
  return Outcome(error);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int error = pthread_mutex_init(Of(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return Outcome(error);
}

int mtx_lock(mtx_t* mutex) { return Outcome(pthread_mutex_lock(Of(mutex))); }
int mtx_trylock(mtx_t* mutex) { return Outcome(pthread_mutex_trylock(Of(mutex))); }
int mtx_unlock(mtx_t* mutex) { return Outcome(pthread_mutex_unlock(Of(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Of(mutex)); }

int cnd_init(cnd_t* condition) { return Outcome(pthread_cond_init(Of(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return Outcome(pthread_cond_signal(Of(condition))); }
int cnd_broadcast(cnd_t* condition) { return Outcome(pthread_cond_broadcast(Of(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return Outcome(pthread_cond_wait(Of(condition), Of(mutex))); }
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return Outcome(pthread_cond_timedwait(Of(condition), Of(mutex), until));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(Of(condition)); }

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
