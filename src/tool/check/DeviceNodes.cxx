#include "tool/check/DeviceNodes.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace netsane {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view area = "nodes";

struct Node {
    std::string path;
    std::string what; // "USB 04b8:0142 Perfection V39"
    std::string rule; // of udev, what names it
    bool is_certain = true;
};

std::vector<fs::path> entriesOf(const std::string &folder)
{
    std::error_code error;
    std::vector<fs::path> list;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        list.push_back(entry->path());
    std::sort(list.begin(), list.end());
    return list;
}

// The first line of a small file, or "".
std::string lineOf(const fs::path &path)
{
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return line;
}

bool isListedByUdev(const DeviceFolders &folders, const std::string &node)
{
    struct stat status {};
    if (::stat(node.c_str(), &status) != 0)
        return false;
    std::ifstream file(folders.udev + "/c" + std::to_string(major(status.st_rdev)) + ":" +
                       std::to_string(minor(status.st_rdev)));
    for (std::string line; std::getline(file, line);)
        if (line == "E:libsane_matched=yes")
            return true;
    return false;
}

// Of an interface: printers, which may have a scanner in them, and still image.
bool hasScannerClass(const fs::path &device)
{
    const std::string prefix = device.filename().string() + ":";
    const auto interfaces = entriesOf(device);
    return std::any_of(interfaces.begin(), interfaces.end(), [&prefix](const fs::path &entry) {
        const std::string number = lineOf(entry / "bInterfaceClass");
        return entry.filename().string().starts_with(prefix) && (number == "06" || number == "07");
    });
}

std::string padded(const std::string &number)
{
    return std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number;
}

void addUsb(const DeviceFolders &folders, std::vector<Node> &nodes)
{
    for (const auto &device : entriesOf(folders.sys + "/bus/usb/devices")) {
        const std::string bus = lineOf(device / "busnum");
        const std::string number = lineOf(device / "devnum");
        if (bus.empty() || number.empty())
            continue;
        const std::string vendor = lineOf(device / "idVendor");
        const std::string product = lineOf(device / "idProduct");
        Node node;
        node.path = folders.dev + "/bus/usb/" + padded(bus) + "/" + padded(number);
        node.what = "USB " + vendor + ":" + product + " " + lineOf(device / "product");
        node.rule = "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"" + vendor + "\", ATTR{idProduct}==\"" + product + "\"";
        node.is_certain = isListedByUdev(folders, node.path);
        if (node.is_certain || hasScannerClass(device))
            nodes.push_back(std::move(node));
    }
}

// Types: scanner; processor, which old scanners say they are.
void addScsi(const DeviceFolders &folders, std::vector<Node> &nodes)
{
    for (const auto &device : entriesOf(folders.sys + "/class/scsi_generic")) {
        const std::string type = lineOf(device / "device" / "type");
        if (type != "6" && type != "3")
            continue;
        const std::string name = device.filename();
        nodes.push_back({folders.dev + "/" + name,
                         "SCSI " + lineOf(device / "device" / "vendor") + " " + lineOf(device / "device" / "model"),
                         "KERNEL==\"sg*\", ATTRS{type}==\"" + type + "\"", type == "6"});
    }
}

void addNamed(const DeviceFolders &folders, std::vector<Node> &nodes)
{
    for (const auto &folder : {folders.dev, folders.dev + "/usb"})
        for (const auto &path : entriesOf(folder)) {
            const std::string name = path.filename();
            if (name.starts_with("scanner") || name.starts_with("uscanner"))
                nodes.push_back({path, "scanner", "KERNEL==\"" + name + "\"", true});
        }
}

std::string ownerOf(const std::string &path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return {};
    const group *const entry = ::getgrgid(status.st_gid);
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777U));
    return ", which is of group " + (entry ? std::string(entry->gr_name) : std::to_string(status.st_gid)) +
           " and mode " + mode;
}

// group: that netsaned has for scanners; empty where it is started by whoever asks here, with what groups they have.
std::string adviceFor(const Node &node, const std::string &group)
{
    const std::string used = group.empty() ? "scanner" : group;
    return (node.is_certain ? std::string() : "if that is a scanner: ") + "put the line  " + node.rule +
           ", MODE=\"0660\", GROUP=\"" + used +
           "\"  into /etc/udev/rules.d/60-netsane.rules, then  udevadm control --reload && udevadm trigger ; " +
           (group.empty()
                ? "and be in that group:  usermod -aG " + used + " USER , then log in anew"
                : "or name the group that has it by the key \"group\" of netsaned.conf, and restart netsaned");
}

CheckFinding judge(const Node &node, const std::string &group)
{
    const std::string name = node.path + " (" + node.what + ")";
    if (::access(node.path.c_str(), R_OK | W_OK) == 0)
        return {CheckLevel::ok, std::string(area), name + " can be opened", ""};
    const int error = errno;
    if (error == ENOENT)
        return {CheckLevel::warn, std::string(area), name + ": the kernel knows it, but there is no such node",
                "in a container the node has to be handed in"};
    return {node.is_certain ? CheckLevel::fail : CheckLevel::warn, std::string(area),
            name + " can't be opened: " + errnoText(error) + ownerOf(node.path), adviceFor(node, group)};
}

} // namespace

CheckFindings checkDeviceNodes(const DeviceFolders &folders, const std::string &group)
{
    std::vector<Node> nodes;
    addUsb(folders, nodes);
    addScsi(folders, nodes);
    addNamed(folders, nodes);
    CheckFindings findings;
    for (const auto &node : nodes)
        findings.push_back(judge(node, group));
    if (findings.empty())
        findings.push_back(
            {CheckLevel::ok, std::string(area), "no scanner at USB or SCSI; those in the network need no node", ""});
    return findings;
}

} // namespace netsane
