/* Binds every symbol of the addon under the C library that runs this, and says which that is. */
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <stdio.h>

int main(int count, char **arguments) {
  void *addon = count > 1 ? dlopen(arguments[1], RTLD_NOW) : NULL;
  if (addon == NULL || dlsym(addon, "napi_register_module_v1") == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  printf("| linux-x64-gnu | glibc %s, no Node | | | loads, all symbols bound |\n", gnu_get_libc_version());
  return 0;
}
