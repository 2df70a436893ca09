/* What Debian's libstdc++, compiled against glibc, asks for and musl does not have: for Bun's musl build alone. */
#include <locale.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded = 0;

uint32_t arc4random(void) {
  uint32_t word = 0;
  getrandom(&word, sizeof word, 0);
  return word;
}

size_t __strftime_l(char *out, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(out, size, format, time, locale);
}

/* Destructors of thread-local objects are not run: the test ends with its process. */
int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *library) {
  (void)destructor, (void)object, (void)library;
  return 0;
}
