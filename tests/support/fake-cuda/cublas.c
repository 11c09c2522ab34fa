/* Those functions of cuBLAS and cuBLASLt that hand something back; all others are generated, and only counted. */
#include <string.h>

size_t cublasLtGetVersion(void) { return 130100; }

int cublasGetMathMode(void *handle, int *mode) {
  *mode = 0;
  return 0;
}
const char *cublasGetStatusName(int status) { return "fakeCublasStatus"; }
const char *cublasGetStatusString(int status) { return "status of the fake cuBLAS"; }

/* One algorithm, which needs no workspace: a heuristic result of zeros. */
int cublasLtMatmulAlgoGetHeuristic(void *handle, void *product, void *a, void *b, void *c, void *d, void *preference,
                                   int wanted, void *results, int *found) {
  enum { result_bytes = 96 };
  memset(results, 0, result_bytes);
  *found = 1;
  return 0;
}
