#include "PamConfig.hxx"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace netsane {

namespace {

constexpr const char *default_service = "netsane";
constexpr size_t max_service_bytes = 64;

bool isServiceCharacter(char c)
{
    constexpr std::string_view others = "_.-";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

char lowerCase(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[noreturn]] void failWith(const std::string &path, int error)
{
    throw std::runtime_error(path + ": " + std::system_category().message(error));
}

/// What the path is; nothing if that can't be told now but will be.
std::optional<struct stat> lookAt(const std::string &path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0)
        return status;
    // access(2) judged by the real user: root acts as another one for the moment, and looks again as itself
    if (errno == EACCES)
        return std::nullopt;
    failWith(path, errno);
}

void requireUnchangeable(const std::string &path, const struct stat &status)
{
    if (status.st_uid != 0 && status.st_uid != ::getuid() && status.st_uid != ::geteuid())
        throw std::runtime_error(path + " belongs neither to root nor to this user");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        throw std::runtime_error(path + " can be written by others than its owner");
}

/// False if there is no such file.
bool isUsable(const std::string &folder, const std::string &name)
{
    const std::string path = folder + "/" + name;
    if (::access(path.c_str(), R_OK) != 0) {
        if (errno == ENOENT)
            return false;
        failWith(path, errno);
    }
    if (const auto status = lookAt(folder))
        requireUnchangeable(folder, *status);
    if (const auto status = lookAt(path)) {
        if (!S_ISREG(status->st_mode))
            throw std::runtime_error(path + " is not a file");
        requireUnchangeable(path, *status);
    }
    return true;
}

} // namespace

PamConfig readPamConfig(const netsane_host_v1 &host)
{
    const auto value = [&host](const char *key, const char *otherwise) {
        const char *const text = host.config(host.host, key);
        return std::string(text != nullptr ? text : otherwise);
    };
    PamConfig config{value("service", default_service), value("confdir", "")};
    const std::string &service = config.service;
    if (service.empty() || service.size() > max_service_bytes || service.front() == '.' ||
        !std::ranges::all_of(service, isServiceCharacter))
        throw std::runtime_error("service: a name of PAM's is 1 to 64 of a-z, A-Z, 0-9, _, - and ., not . in front");
    if (!config.confdir.empty() && config.confdir.front() != '/')
        throw std::runtime_error("confdir: not an absolute path");
    std::ranges::transform(config.service, config.service.begin(), lowerCase);
    return config;
}

void requirePamService(const PamConfig &config)
{
    std::vector<std::string> folders{"/etc/pam.d", "/usr/lib/pam.d"};
    if (!config.confdir.empty())
        folders = {config.confdir};
    std::string where;
    for (const std::string &folder : folders) {
        if (isUsable(folder, config.service))
            return;
        where += (where.empty() ? "" : " and ") + folder;
    }
    throw std::runtime_error("there is no PAM service \"" + config.service + "\" in " + where);
}

} // namespace netsane
