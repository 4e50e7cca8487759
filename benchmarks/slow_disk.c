/* Preloaded: every fsync takes three milliseconds more, as on a slow disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static const useconds_t MORE = 3000;

int fsync(int fd) {
    usleep(MORE);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
    usleep(MORE);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
