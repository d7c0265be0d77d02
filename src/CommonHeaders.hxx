// What most of the sources include, for configure's --enable-precompiled-headers. A source includes what it uses all
// the same: builds without that option don't have this. No guard: a compiler warns of one in what it compiles.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>
