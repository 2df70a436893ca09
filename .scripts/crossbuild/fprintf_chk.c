/* LLVM's unwinder in Debian was compiled against glibc and calls its checked fprintf, which musl does not have. */
#include <stdarg.h>
#include <stdio.h>

__attribute__((visibility("hidden"))) int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
  va_list arguments;
  (void)flag;
  va_start(arguments, format);
  int written = vfprintf(file, format, arguments);
  va_end(arguments);
  return written;
}
