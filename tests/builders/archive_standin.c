/* A stand-in for WeCom's archive library: the same exported functions, answered over loopback HTTP by whoever listens on
 * the port that is given as the secret (POST /archive/fetch, /archive/decrypt, /archive/media, as the emulator has them).
 * An answer that begins with CRASH or HANG makes this library do so. For tests only. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct { int port; } Sdk;
typedef struct { char *buf; int len; } Slice;
typedef struct { char *outindexbuf; int out_len; char *data; int data_len; int is_finish; } MediaData;

static int the_port; /* DecryptData is not told which sdk it belongs to */

static char *ask(int port, const char *name, const char *body, int *length)
{
    struct sockaddr_in to = {0};
    char head[256];
    char *got = NULL;
    size_t size = 0, room = 0;
    ssize_t n;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_family = AF_INET;
    to.sin_port = htons((unsigned short)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) != 0) {
        if (s >= 0) close(s);
        return NULL;
    }
    snprintf(head, sizeof head,
             "POST /archive/%s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
             name, strlen(body));
    if (write(s, head, strlen(head)) < 0 || write(s, body, strlen(body)) < 0) {
        close(s);
        return NULL;
    }
    do {
        if (room - size < 65536) {
            room = room * 2 + 131072;
            got = realloc(got, room + 1);
        }
        n = read(s, got + size, room - size);
        if (n > 0) size += (size_t)n;
    } while (n > 0);
    close(s);
    got[size] = 0;
    char *start = strstr(got, "\r\n\r\n");
    if (start == NULL) {
        free(got);
        return NULL;
    }
    start += 4;
    *length = (int)(size - (size_t)(start - got));
    memmove(got, start, (size_t)*length + 1);
    if (strncmp(got, "CRASH", 5) == 0) raise(SIGSEGV);
    if (strncmp(got, "HANG", 4) == 0) for (;;) pause();
    return got;
}

/* The number behind "name": in a flat JSON object that is not a record; 0 where there is none. */
static int number(const char *json, const char *name)
{
    const char *at = strncmp(json, "{\"errcode\"", 10) == 0 ? strstr(json, name) : NULL;
    if (at == NULL) return 0;
    at += strlen(name);
    while (*at == '"' || *at == ':' || *at == ' ') at++;
    return atoi(at);
}

static char *text(const char *json, const char *name, int *length)
{
    const char *at = strstr(json, name), *end;
    char *copy;
    *length = 0;
    if (at == NULL || (at = strchr(at + strlen(name) + 1, '"')) == NULL || (end = strchr(++at, '"')) == NULL) return NULL;
    *length = (int)(end - at);
    copy = malloc((size_t)*length + 1);
    memcpy(copy, at, (size_t)*length);
    copy[*length] = 0;
    return copy;
}

static int value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : 63;
}

static int unbase64(char *s, int length)
{
    int bits = 0, held = 0, out = 0;
    for (int i = 0; i < length && s[i] != '='; i++) {
        held = (held << 6 | value(s[i])) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            s[out++] = (char)(held >> bits & 0xff);
        }
    }
    return out;
}

Sdk *NewSdk(void) { return calloc(1, sizeof(Sdk)); }
void DestroySdk(Sdk *sdk) { free(sdk); }

int Init(Sdk *sdk, const char *corpid, const char *secret)
{
    if (strlen(corpid) == 0) return 10000;
    the_port = sdk->port = atoi(secret);
    return sdk->port > 0 ? 0 : 10004;
}

Slice *NewSlice(void) { return calloc(1, sizeof(Slice)); }
void FreeSlice(Slice *slice) { free(slice->buf); free(slice); }
char *GetContentFromSlice(Slice *slice) { return slice->buf; }
int GetSliceLen(Slice *slice) { return slice->len; }

int GetChatData(Sdk *sdk, unsigned long long seq, unsigned int limit, const char *proxy, const char *passwd, int timeout,
                Slice *slice)
{
    char body[96];
    (void)proxy, (void)passwd, (void)timeout;
    snprintf(body, sizeof body, "{\"seq\":%llu,\"limit\":%u}", seq, limit);
    slice->buf = ask(sdk->port, "fetch", body, &slice->len);
    return slice->buf ? number(slice->buf, "errcode") : 10001;
}

int DecryptData(const char *key, const char *message, Slice *slice)
{
    size_t room = strlen(key) + strlen(message) + 64;
    char *body = malloc(room);
    snprintf(body, room, "{\"random_key\":\"%s\",\"encrypt_chat_msg\":\"%s\"}", key, message);
    slice->buf = ask(the_port, "decrypt", body, &slice->len);
    free(body);
    return slice->buf ? number(slice->buf, "errcode") : 10001;
}

MediaData *NewMediaData(void) { return calloc(1, sizeof(MediaData)); }
void FreeMediaData(MediaData *media) { free(media->outindexbuf); free(media->data); free(media); }
char *GetOutIndexBuf(MediaData *media) { return media->outindexbuf; }
int GetIndexLen(MediaData *media) { return media->out_len; }
char *GetData(MediaData *media) { return media->data; }
int GetDataLen(MediaData *media) { return media->data_len; }
int IsMediaDataFinish(MediaData *media) { return media->is_finish; }

int GetMediaData(Sdk *sdk, const char *index, const char *file, const char *proxy, const char *passwd, int timeout,
                 MediaData *media)
{
    char body[1024];
    int length, code;
    (void)proxy, (void)passwd, (void)timeout;
    snprintf(body, sizeof body, "{\"sdkfileid\":\"%s\",\"indexbuf\":\"%s\"}", file, index ? index : "");
    char *got = ask(sdk->port, "media", body, &length);
    if (got == NULL) return 10001;
    code = number(got, "errcode");
    if (code == 0) {
        media->data = text(got, "\"data\"", &media->data_len);
        media->data_len = unbase64(media->data, media->data_len);
        media->outindexbuf = text(got, "\"outindexbuf\"", &media->out_len);
        media->is_finish = number(got, "is_finish");
    }
    free(got);
    return code;
}
