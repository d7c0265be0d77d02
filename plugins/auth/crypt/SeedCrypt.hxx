// The arithmetic of PASS_CRYPT (seed 2.4.2, protocol.md §6.3), the same on both sides: traditional DES crypt(3).

#pragma once

#include "common/CryptWork.hxx"
#include "common/UserTable.hxx"

#include <array>
#include <cstddef>
#include <netsane/plugin.h>
#include <string_view>

namespace netsane {

/// A stored form and a response: 13 characters of seed_alphabet, the first two of which are the seed.
constexpr size_t des_form_bytes = 13;

/// With its NUL. Trivial, to live in locked memory.
using DesForm = std::array<char, des_form_bytes + 1>;

struct Responses {
    DesForm first;
    DesForm second;
};

/// Two characters of seed_alphabet.
bool isSeed(std::string_view text) noexcept;

/// 13 characters of seed_alphabet.
bool isDesForm(std::string_view text) noexcept;

/// Whether the field is such a string, NUL and all, and no longer.
bool isSeedField(const netsane_field &field) noexcept;
bool isDesFormField(const netsane_field &field) noexcept;

/// crypt(phrase, seed) into `form`. False if crypt(3) fails or gives something else.
/// @param phrase NUL-terminated; its first 8 bytes count
bool desCrypt(CryptWork &work, const char *phrase, std::string_view seed, DesForm &form) noexcept;

/// What goes over the wire, from the stored form and the seeds 2 and 3. False as above.
bool computeResponses(CryptWork &work, const DesForm &stored, std::string_view second_seed, std::string_view third_seed,
                      Responses &responses) noexcept;

} // namespace netsane
