/* INT_MAX and its kin come from the compiler's own limits.h, which asks for this one to go on with. */
#pragma once
