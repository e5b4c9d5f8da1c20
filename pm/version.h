/*
 * Which Puck this is. The build makes the one object that knows (tools/version).
 */
#pragma once

extern const char puck_version[];  /* "1.0.3": for people, servers and ${version} */
extern const char puck_build_id[]; /* git's name of the sources, "-dirty" when they differ from it */
