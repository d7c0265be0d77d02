// Calls into C libraries that report errors by a callback which must not return: it jumps, as those libraries say, and
// here that becomes an exception.
//
// Owned by a writer. A call's body must have nothing in it that needs a destructor: a jump runs none.
#pragma once

#include <array>
#include <csetjmp>
#include <cstdio>
#include <stdexcept>

namespace netsane {

class LibraryJump {
public:
    // Throws std::runtime_error with what fail() was given.
    template<typename Body>
    void run(Body body)
    {
        if (setjmp(target_) != 0)
            throw std::runtime_error(message_.data());
        body();
    }

    // For the callback, below run().
    [[noreturn]] void fail(const char *message) noexcept
    {
        std::snprintf(message_.data(), message_.size(), "%s", message);
        std::longjmp(target_, 1);
    }

private:
    std::jmp_buf target_{};
    std::array<char, 300> message_{};
};

} // namespace netsane
