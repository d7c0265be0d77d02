// One line of the audit log: who did what, from where, with which result. Never a password or a stored form.
//
//     audit: login result=refused user=alice method=unix from=192.168.1.7 connection=12 reason="wrong password"
//
// A local object; written when write() is called. Values that are more than a word stand in double quotes, with \" and
// \\ for those characters and \xNN for control characters and other bytes that aren't printable ASCII: a name that a
// peer made up can't forge a line or a key. A long value is cut, which "..." in its place tells: no name is long enough
// to push what comes behind it out of the line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace netsane {

class AuditLine {
public:
    // event: "login"; result: "accepted"
    AuditLine(std::string_view event, std::string_view result);

    // Left out where the value is empty.
    AuditLine &with(std::string_view key, std::string_view value);
    AuditLine &with(std::string_view key, std::uint64_t value);

    const std::string &text() const noexcept { return text_; }

    // To the log, at the level info.
    void write() const noexcept;

private:
    std::string text_;
};

} // namespace netsane
