// Begins a recording of a session where NETSANE_TRACE names a file for it (doc/trace.md). Stateless functions.
#pragma once

#include "client/DebugLog.hxx"
#include "trace/TraceRecorder.hxx"

#include <memory>
#include <string>

namespace netsane {

// program, server: for the file's header. Nothing where no recording is wanted or its file can't be made, which `debug`
// is told.
std::unique_ptr<TraceRecorder> startTrace(const std::string &program, const std::string &server,
                                          const DebugSink &debug);

} // namespace netsane
