// Writes JSON, one value after the other. A local object; what is written is pure ASCII, whatever the texts are.
//
// Texts may be any bytes: valid UTF-8 is written as \uXXXX for what isn't printable ASCII, and a byte that belongs to
// none as if it were ISO 8859-1. So the output is JSON, a terminal shows it as it is, and no name breaks out of its
// string. Brackets have to be closed in their order, which is the caller's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace netsane {

// With the quotes.
void appendJsonString(std::string &out, std::string_view text);

class JsonWriter {
public:
    enum class Layout {
        one_line,
        indented, // a value a line, two blanks for each bracket
    };

    explicit JsonWriter(Layout layout) : layout_(layout) {}

    // '{' or '['. name: in an object; none in a list.
    void open(char bracket, std::string_view name = {});
    void close(char bracket);
    void text(std::string_view name, std::string_view value);
    void textIf(std::string_view name, std::string_view value); // nothing where it is empty
    void flag(std::string_view name, bool value);
    void count(std::string_view name, std::uint64_t value);
    void number(std::string_view name, double value); // ten digits; finite
    void null(std::string_view name);

    template<typename Items, typename TextOf>
    void list(std::string_view name, const Items &items, TextOf text_of)
    {
        open('[', name);
        for (const auto &item : items)
            text({}, text_of(item));
        close(']');
    }

    std::size_t size() const noexcept { return out_.size(); }

    // With the end of the line.
    std::string take() { return std::move(out_ += '\n'); }

private:
    void newLine();
    void begin(std::string_view name);

    const Layout layout_;
    std::string out_;
    std::size_t depth_ = 0;
    bool first_ = true;
};

} // namespace netsane
