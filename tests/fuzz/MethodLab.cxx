#include "tests/fuzz/MethodLab.hxx"

#include <utility>

namespace netsane {

SecureBytes LabServices::readFile(const std::string &, bool)
{
    SecureBytes contents(users.size());
    const auto bytes = std::as_bytes(std::span(users));
    std::ranges::copy(bytes, contents.data());
    return contents;
}

void LabServices::randomBytes(std::span<std::byte> bytes)
{
    for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = random.empty() ? std::byte{0} : static_cast<std::byte>(random[i % random.size()]);
}

MethodLab::MethodLab(std::string name) : name_(std::move(name)), host_(folder.path(), services)
{
    services.test_only = false;
    services.values["auth." + name_ + ".file"] = "/users";
    folder.add("auth_" + name_);
}

} // namespace netsane
