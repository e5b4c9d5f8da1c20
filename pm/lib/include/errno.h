/*
 * Error numbers of the target build (POSIX names, Linux values). On the host the system's own
 * header takes this place; there is no errno variable: functions return negative codes.
 */
#pragma once

#define ENOENT 2
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define ENODEV 19
#define EINVAL 22
#define EFBIG 27
#define ENOSPC 28
#define ERANGE 34
#define ENAMETOOLONG 36
#define ELOOP 40
#define EPROTO 71
#define EBADMSG 74
#define EMSGSIZE 90
#define EPROTONOSUPPORT 93
#define EOPNOTSUPP 95
#define EADDRINUSE 98
#define ENETDOWN 100
#define ENETUNREACH 101
#define ECONNRESET 104
#define ENOBUFS 105
#define ETIMEDOUT 110
#define ECONNREFUSED 111
#define EHOSTUNREACH 113
#define ECANCELED 125
