/* Setting options, each with its return code looked at. */
#ifndef WA_SETOPT_H
#define WA_SETOPT_H

#include <curl/curl.h>

/* Sets one of `easy`; where it cannot, the function returns why. */
#define SET(option, value)                                                     \
  do {                                                                         \
    CURLcode rc_ = curl_easy_setopt(easy, option, value);                      \
    if(rc_)                                                                    \
      return rc_;                                                              \
  } while(0)

#endif
