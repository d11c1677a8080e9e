/* Names of C that are also mangled types of C++: `a` is signed char there, `i` is int. */

int a[2];

__attribute__((noinline)) const char *i(void) { return (const char *)__builtin_return_address(0); }

/* An address in the function `v`. */
__attribute__((noinline)) const char *v(void) {
  const char *after = i();
  return after - 1;
}
