#include "MemoryCounter.hxx"

#include <cstdlib>
#include <new>

namespace netsane::test {

thread_local bool count_memory_calls = false;
std::atomic<int> memory_calls = 0;

namespace {

void countCall() noexcept
{
    if (count_memory_calls)
        ++memory_calls;
}

} // namespace

} // namespace netsane::test

void *operator new(std::size_t size)
{
    netsane::test::countCall();
    if (void *const memory = std::malloc(size == 0 ? 1 : size))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void *memory) noexcept
{
    netsane::test::countCall();
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    operator delete(memory);
}
