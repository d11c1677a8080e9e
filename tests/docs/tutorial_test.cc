// docs/tutorial.md is true, and so is the beginning of README.md: what it shows of files is in the
// files of docs/tutorial, and what it shows of output comes when the tests there are run.
//
// A block of the page that is checked has a caption, a line with nothing but a name in backquotes
// and a colon: `first/FILE` or `mended/FILE` is a file in docs/tutorial, `halfway` a part of the
// driver that docs/tutorial/halfway makes; and the caption `first`, `halfway` or `mended` of a
// block of text means the output of that folder's test.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace drydock {
namespace {

struct Block {
  std::string caption;
  std::string language;
  std::vector<std::string> lines;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The blocks of a page; a caption is empty where there is none.
std::vector<Block> BlocksOf(const std::string& page) {
  std::vector<Block> blocks;
  std::string caption;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(ReadFile(page), '\n')) {
    if (absl::string_view rest = line; absl::ConsumePrefix(&rest, "```")) {
      inside = !inside;
      if (inside) blocks.push_back({caption, std::string(rest), {}});
      caption.clear();
    } else if (inside) {
      blocks.back().lines.emplace_back(line);
    } else if (!line.empty()) {
      absl::string_view name = line;
      const bool is_caption = absl::ConsumePrefix(&name, "`") && absl::ConsumeSuffix(&name, "`:");
      caption = is_caption ? std::string(name) : "";
    }
  }
  return blocks;
}

std::string FileOf(const std::string& caption) {
  if (caption == "halfway") return "docs/tutorial/halfway/Mailbox.cpp";
  return absl::StrCat("docs/tutorial/", caption);
}

// `text` without what changes when the machine does: numbers, schedules, where a source file lies.
std::string Normal(const std::string& text) {
  std::string result = std::regex_replace(text, std::regex("dd1-[0-9A-Za-z_.-]+"), "SCHEDULE");
  result = std::regex_replace(result, std::regex("docs/tutorial/[a-z]+/"), "");
  return std::regex_replace(result, std::regex("[0-9]+(\\.[0-9]+)?"), "N");
}

std::string OutputOfTest(const std::string& folder) {
  const std::string command =
      absl::StrCat("docs/tutorial/", folder, "/Mailbox_test --gtest_color=no 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  pclose(pipe);
  return output;
}

void ExpectInFile(const std::string& page, const Block& block, const std::string& path) {
  const std::string shown = absl::StrJoin(block.lines, "\n");
  EXPECT_NE(ReadFile(path).find(shown), std::string::npos)
      << page << " shows of " << path << " what is not in it; change one of the two:\n"
      << shown;
}

// The lines of `block` are in the output of the test of docs/tutorial/`folder`, in their order.
void ExpectInOutput(const std::string& page, const Block& block, const std::string& folder) {
  const std::string output = Normal(OutputOfTest(folder));
  size_t at = 0;
  for (const std::string& line : block.lines) {
    const size_t found = output.find(Normal(line), at);
    ASSERT_NE(found, std::string::npos)
        << page << " shows a line that does not come, or not there, when the test of "
        << "docs/tutorial/" << folder << " is run; change the page:\n"
        << line << "\nThe output, with N for numbers:\n"
        << output;
    at = found;
  }
}

TEST(Tutorial, ShowsItsFilesAsTheyAre) {
  int checked = 0;
  for (const Block& block : BlocksOf("docs/tutorial.md")) {
    if (block.caption.empty() || block.language == "text") continue;
    ExpectInFile("docs/tutorial.md", block, FileOf(block.caption));
    ++checked;
  }
  EXPECT_GE(checked, 10) << "captions are not recognised";
}

TEST(Tutorial, ShowsTheOutputThatComes) {
  int checked = 0;
  for (const Block& block : BlocksOf("docs/tutorial.md")) {
    if (block.caption.empty() || block.language != "text") continue;
    ExpectInOutput("docs/tutorial.md", block, block.caption);
    ++checked;
  }
  EXPECT_EQ(checked, 3) << "captions are not recognised";
}

// It begins with the tutorial's first bug: a block of code and one of output.
TEST(Readme, BeginsWithABugThatIsFound) {
  const std::vector<Block> blocks = BlocksOf("README.md");
  ASSERT_GE(blocks.size(), 2u);
  ExpectInFile("README.md", blocks[0], "docs/tutorial/first/Mailbox.cpp");
  ExpectInOutput("README.md", blocks[1], "first");
}

}  // namespace
}  // namespace drydock
