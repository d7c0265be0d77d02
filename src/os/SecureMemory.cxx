#include "os/SecureMemory.hxx"

#include <cstring>
#include <limits>
#include <new>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace netsane {

void wipe(std::span<std::byte> bytes) noexcept
{
    if (bytes.empty())
        return;
    std::memset(bytes.data(), 0, bytes.size());
    // the compiler must assume that someone reads the zeros
    __asm__ __volatile__("" : : "r"(bytes.data()) : "memory");
}

bool constantTimeEqual(std::span<const std::byte> a, std::span<const std::byte> b) noexcept
{
    if (a.size() != b.size())
        return false;
    volatile unsigned difference = 0;
    for (size_t i = 0; i < a.size(); ++i)
        difference = difference | std::to_integer<unsigned>(a[i] ^ b[i]);
    return difference == 0;
}

SecureBytes::SecureBytes(size_t size)
{
    if (size == 0)
        return;
    const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (size > std::numeric_limits<size_t>::max() - page_bytes)
        throw std::bad_alloc();
    const size_t mapped_bytes = (size + page_bytes - 1) / page_bytes * page_bytes;
    void *const pages = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        throw std::bad_alloc();
    data_ = static_cast<std::byte *>(pages);
    size_ = size;
    mapped_bytes_ = mapped_bytes;
    locked_ = ::mlock(data_, mapped_bytes_) == 0;
#ifdef MADV_DONTDUMP
    ::madvise(data_, mapped_bytes_, MADV_DONTDUMP);
#endif
}

SecureBytes::~SecureBytes()
{
    release();
}

SecureBytes::SecureBytes(SecureBytes &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_bytes_(std::exchange(other.mapped_bytes_, 0)),
      locked_(std::exchange(other.locked_, false))
{
}

SecureBytes &SecureBytes::operator=(SecureBytes &&other) noexcept
{
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        mapped_bytes_ = std::exchange(other.mapped_bytes_, 0);
        locked_ = std::exchange(other.locked_, false);
    }
    return *this;
}

void SecureBytes::shrink(size_t size) noexcept
{
    if (size >= size_)
        return;
    wipe(bytes().subspan(size));
    size_ = size;
}

void SecureBytes::release() noexcept
{
    if (data_ == nullptr)
        return;
    // a shrunk block may have bytes behind its end: wipe all pages
    wipe({data_, mapped_bytes_});
    ::munmap(data_, mapped_bytes_);
    data_ = nullptr;
}

} // namespace netsane
