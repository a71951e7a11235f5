#include "multipart.h"

#include <stdlib.h>

#include "buffer.h"

struct part {
  char *name;
  char *filename;
  char *content_type;
  struct wa_source source;
};

struct wa_multipart {
  size_t count;
  struct part parts[1];
};

/* What goes into a part's header must not be able to end it. */
static int check_text(const char *text, const char *field,
                      struct wa_error *err) {
  for(const unsigned char *p = (const unsigned char *)(text ? text : ""); *p;
      p++) {
    if(*p < 0x20 || *p == 0x7f)
      return wa_refuse(err, WA_INVALID, field, "%s has a control character",
                       field);
  }
  return 0;
}

static int fill(struct part *part, const struct wa_part *from,
                struct wa_error *err) {
  if(check_text(from->name, "name", err) ||
     check_text(from->filename, "filename", err) ||
     check_text(from->content_type, "type", err) ||
     wa_copy(&part->name, from->name, err) ||
     wa_copy(&part->filename, from->filename, err) ||
     wa_copy(&part->content_type, from->content_type, err))
    return -1;
  if(from->path)
    return wa_source_file(&part->source, from->path, 0, err);
  if(from->download)
    return wa_source_descriptor(&part->source,
                                wa_download_descriptor(from->download),
                                wa_download_length(from->download), err);
  return wa_source_memory(&part->source, from->data, from->length, err);
}

struct wa_multipart *wa_multipart_new(const struct wa_part *parts, size_t count,
                                      struct wa_error *err) {
  struct wa_multipart *multipart =
      calloc(1, sizeof(*multipart) + count * sizeof(struct part));
  if(!multipart) {
    wa_out_of_memory(err);
    return NULL;
  }
  for(size_t i = 0; i < count; i++)
    multipart->parts[i].source.fd = -1;
  multipart->count = count;
  for(size_t i = 0; i < count; i++) {
    if(fill(&multipart->parts[i], &parts[i], err)) {
      wa_multipart_free(multipart);
      return NULL;
    }
  }
  return multipart;
}

void wa_multipart_free(struct wa_multipart *multipart) {
  if(!multipart)
    return;
  for(size_t i = 0; i < multipart->count; i++) {
    struct part *part = &multipart->parts[i];
    free(part->name);
    free(part->filename);
    free(part->content_type);
    wa_source_free(&part->source);
  }
  free(multipart);
}

static CURLcode add(curl_mime *mime, struct part *part) {
  curl_mimepart *to = curl_mime_addpart(mime);
  if(!to)
    return CURLE_OUT_OF_MEMORY;
  CURLcode rc = curl_mime_name(to, part->name);
  if(!rc && part->filename)
    rc = curl_mime_filename(to, part->filename);
  if(!rc && part->content_type)
    rc = curl_mime_type(to, part->content_type);
  if(!rc)
    rc = curl_mime_data_cb(to, part->source.length, wa_source_read,
                           wa_source_seek, NULL, &part->source);
  return rc;
}

curl_mime *wa_multipart_open(struct wa_multipart *multipart, CURL *easy,
                             struct wa_error *err) {
  for(size_t i = 0; i < multipart->count; i++) {
    if(wa_source_open(&multipart->parts[i].source, err))
      return NULL;
  }
  curl_mime *mime = curl_mime_init(easy);
  CURLcode rc = mime ? CURLE_OK : CURLE_OUT_OF_MEMORY;
  for(size_t i = 0; !rc && i < multipart->count; i++)
    rc = add(mime, &multipart->parts[i]);
  if(!rc)
    return mime;
  curl_mime_free(mime);
  wa_fail(err, WA_STATE, WA_NOT_SENT, "%s", curl_easy_strerror(rc));
  return NULL;
}

int wa_multipart_touched(const struct wa_multipart *multipart) {
  for(size_t i = 0; i < multipart->count; i++) {
    if(multipart->parts[i].source.touched)
      return 1;
  }
  return 0;
}

struct wa_progress wa_multipart_progress(const struct wa_multipart *multipart) {
  struct wa_progress sum = {0, 0};
  for(size_t i = 0; i < multipart->count; i++) {
    const struct part *part = &multipart->parts[i];
    if(part->filename) {
      sum.done += part->source.offset;
      sum.total += part->source.length;
    }
  }
  return sum;
}

const struct wa_source *
wa_multipart_failed(const struct wa_multipart *multipart) {
  for(size_t i = 0; i < multipart->count; i++) {
    if(multipart->parts[i].source.failed)
      return &multipart->parts[i].source;
  }
  return NULL;
}
