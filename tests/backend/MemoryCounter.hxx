// operator new and delete of the test program, counted where a test wants it. The libraries it loads use them too.
#pragma once

#include <atomic>

namespace netsane::test {

extern thread_local bool count_memory_calls;
extern std::atomic<int> memory_calls;

} // namespace netsane::test
