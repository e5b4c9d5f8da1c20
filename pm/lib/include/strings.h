/* POSIX keeps strcasecmp() here; ours is in string.h. */
#pragma once

#include <string.h>
