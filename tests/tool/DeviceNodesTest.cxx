#include "tool/check/DeviceNodes.hxx"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

using namespace netsane;
using testing::HasSubstr;

namespace {

// Root may open everything: while this lives, access(2) answers for somebody else.
class RealUser {
public:
    RealUser()
    {
        if (::getuid() == 0) {
            EXPECT_EQ(::setresuid(nobody, static_cast<uid_t>(-1), static_cast<uid_t>(-1)), 0);
        }
    }
    ~RealUser()
    {
        if (::geteuid() == 0) {
            EXPECT_EQ(::setresuid(0, static_cast<uid_t>(-1), static_cast<uid_t>(-1)), 0);
        }
    }
    RealUser(const RealUser &) = delete;
    RealUser &operator=(const RealUser &) = delete;

private:
    static constexpr uid_t nobody = 65534;
};

class DeviceNodesTest : public testing::Test {
protected:
    DeviceNodesTest()
    {
        std::string name = "/tmp/netsane-nodes-XXXXXX";
        top_ = ::mkdtemp(name.data());
        ::chmod(top_.c_str(), 0755);
        folders_ = {top_ + "/dev", top_ + "/sys", top_ + "/udev"};
        for (const auto &folder : {folders_.dev, folders_.sys, folders_.udev})
            std::filesystem::create_directory(folder);
    }
    ~DeviceNodesTest() override { std::filesystem::remove_all(top_); }

    static void write(const std::string &path, const std::string &text)
    {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << text << "\n";
    }

    // At bus 1, with one interface of that class.
    void addUsb(const std::string &number, const std::string &interface_class) const
    {
        const std::string device = folders_.sys + "/bus/usb/devices/1-" + number;
        write(device + "/busnum", "1");
        write(device + "/devnum", number);
        write(device + "/idVendor", "04b8");
        write(device + "/idProduct", "0142");
        write(device + "/product", "Perfection");
        write(device + "/1-" + number + ":1.0/bInterfaceClass", interface_class);
    }

    std::string usbNode(const std::string &number) const
    {
        const std::string path = folders_.dev + "/bus/usb/001/00" + number;
        write(path, "");
        return path;
    }

    // What udev has of a node that libsane's list has matched.
    void addToUdev(const std::string &node) const
    {
        struct stat status {};
        ::stat(node.c_str(), &status);
        write(folders_.udev + "/c" + std::to_string(major(status.st_rdev)) + ":" +
                  std::to_string(minor(status.st_rdev)),
              "I:123\nE:libsane_matched=yes");
    }

    CheckFindings check() const { return checkDeviceNodes(folders_, "scanner"); }

    std::string top_;
    DeviceFolders folders_;
};

} // namespace

TEST_F(DeviceNodesTest, NeedsNone)
{
    ASSERT_EQ(check().size(), 1U);
    EXPECT_EQ(check()[0].level, CheckLevel::ok);
}

TEST_F(DeviceNodesTest, LooksAtPrintersAndNotAtKeyboards)
{
    addUsb("3", "03");
    addUsb("4", "07");
    usbNode("3");
    usbNode("4");
    const auto findings = check();
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_THAT(findings[0].text, HasSubstr("/001/004 (USB 04b8:0142 Perfection) can be opened"));
}

TEST_F(DeviceNodesTest, KnowsWhatUdevKnows)
{
    addUsb("5", "ff");
    const auto node = usbNode("5");
    ASSERT_EQ(check()[0].text.find("04b8"), std::string::npos);
    addToUdev(node);
    EXPECT_THAT(check()[0].text, HasSubstr("04b8:0142"));
}

TEST_F(DeviceNodesTest, SaysWhatToDo)
{
    const RealUser nobody;
    addUsb("6", "ff");
    const auto node = usbNode("6");
    addToUdev(node);
    ASSERT_EQ(::chmod(node.c_str(), 0), 0);
    const auto findings = check();
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].level, CheckLevel::fail);
    EXPECT_THAT(findings[0].text, HasSubstr("can't be opened: Permission denied, which is of group"));
    EXPECT_THAT(findings[0].advice, HasSubstr("ATTR{idVendor}==\"04b8\""));
    EXPECT_THAT(findings[0].advice, HasSubstr("GROUP=\"scanner\""));
    EXPECT_THAT(findings[0].advice, HasSubstr("or name the group that has it by the key \"group\""));
    EXPECT_THAT(checkDeviceNodes(folders_, "")[0].advice, HasSubstr("usermod -aG scanner"));
}

TEST_F(DeviceNodesTest, WarnsOfANodeThatIsMissing)
{
    addUsb("7", "06");
    ASSERT_EQ(check().size(), 1U);
    EXPECT_EQ(check()[0].level, CheckLevel::warn);
}

TEST_F(DeviceNodesTest, LooksAtScsiScanners)
{
    for (const auto &[name, type] : {std::pair("sg0", "0"), std::pair("sg1", "6")}) {
        write(folders_.sys + "/class/scsi_generic/" + name + "/device/type", type);
        write(folders_.dev + "/" + name, "");
    }
    const auto findings = check();
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_THAT(findings[0].text, HasSubstr("/sg1 (SCSI"));
}
