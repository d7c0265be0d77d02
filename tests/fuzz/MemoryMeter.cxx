#include "tests/fuzz/MemoryMeter.hxx"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NETSANE_ADDRESS_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define NETSANE_ADDRESS_SANITIZER 1
#endif
#ifdef NETSANE_ADDRESS_SANITIZER
#include <sanitizer/allocator_interface.h>
#endif

namespace netsane {

namespace {

std::atomic<std::ptrdiff_t> allocated_bytes;
std::atomic<std::ptrdiff_t> most_bytes;

void count(std::size_t bytes) noexcept
{
    const auto more = static_cast<std::ptrdiff_t>(bytes);
    const std::ptrdiff_t now = allocated_bytes.fetch_add(more) + more;
    std::ptrdiff_t most = most_bytes;
    while (most < now && !most_bytes.compare_exchange_weak(most, now)) {
    }
}

void discount(std::size_t bytes) noexcept
{
    allocated_bytes -= static_cast<std::ptrdiff_t>(bytes);
}

} // namespace

MemoryMeter::MemoryMeter() noexcept : before_(allocated_bytes)
{
    most_bytes = before_;
}

std::size_t MemoryMeter::peakBytes() const noexcept
{
    return static_cast<std::size_t>(most_bytes - before_);
}

} // namespace netsane

#ifdef NETSANE_ADDRESS_SANITIZER

// The sanitizer has an operator new of its own, and says what it allocates.
namespace {

const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void *, std::size_t size) { netsane::count(size); },
    [](const volatile void *memory) {
        if (memory != nullptr)
            netsane::discount(__sanitizer_get_allocated_size(const_cast<const void *>(memory)));
    });

} // namespace

#else

// The rest of the family ends here.

void *operator new(std::size_t size)
{
    void *const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr)
        throw std::bad_alloc();
    netsane::count(::malloc_usable_size(memory));
    return memory;
}

void operator delete(void *memory) noexcept
{
    netsane::discount(::malloc_usable_size(memory));
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    operator delete(memory);
}

#endif
