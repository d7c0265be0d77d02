#include "session/HandleTable.hxx"

#include <algorithm>
#include <cerrno>
#include <sys/random.h>
#include <system_error>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t token_bytes = 16;

} // namespace

const HandleBytes &HandleTable::add(DeviceKey key)
{
    HandleBytes token(token_bytes);
    if (::getrandom(token.data(), token.size(), 0) != static_cast<ssize_t>(token.size()))
        throw std::system_error(errno, std::generic_category(), "make a handle");
    return keys_.emplace(std::move(token), key).first->first;
}

std::optional<DeviceKey> HandleTable::find(const HandleBytes &token) const noexcept
{
    const auto found = keys_.find(token);
    if (found == keys_.end())
        return std::nullopt;
    return found->second;
}

bool HandleTable::contains(DeviceKey key) const noexcept
{
    return std::any_of(keys_.begin(), keys_.end(), [key](const auto &entry) { return entry.second == key; });
}

void HandleTable::remove(DeviceKey key) noexcept
{
    for (auto entry = keys_.begin(); entry != keys_.end(); ++entry) {
        if (entry->second == key) {
            keys_.erase(entry);
            return;
        }
    }
}

std::vector<DeviceKey> HandleTable::keys() const
{
    std::vector<DeviceKey> list;
    for (const auto &[token, key] : keys_)
        list.push_back(key);
    return list;
}

} // namespace netsane
