#include "request.h"

#include <stdlib.h>

void mf_request_free(struct mf_request *request)
{
  free(request->method);
  free(request->url);
  free(request->base);
  free(request->registry);
  free(request->repository);
  free(request->digest);
  mf_headers_free(&request->headers);
  if (request->source)
    request->source->free(request->source);
  if (request->sink)
    request->sink->free(request->sink);
  *request = (struct mf_request){0};
}

void mf_response_free(struct mf_response *response)
{
  mf_headers_free(&response->headers);
  mf_bytes_free(&response->body);
  free(response->url);
  *response = (struct mf_response){0};
}
