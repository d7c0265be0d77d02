// Which files the processes that load other people's code may change. Stateless.
#pragma once

#include "sandbox/Landlock.hxx"

namespace netsane {

// Where services keep what changes, and the folder for temporary files.
void allowServiceFolders(Landlock &landlock);

} // namespace netsane
