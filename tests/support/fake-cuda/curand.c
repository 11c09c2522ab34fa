/* The provider needs the library and calls nothing in it. */
int curandGetVersion(int *version) {
  *version = 10400;
  return 0;
}
