using Maily.Deploy.Images.Dockerfiles;

namespace Maily.Deploy.Tests.Images;

public sealed class DockerfileTests
{
    const string Text =
        """
        # syntax=docker/dockerfile:1
        ARG BASE=debian:13
        ARG TOOLS
        FROM --platform=linux/amd64 ${BASE} AS build
        RUN apt-get update \
            # for make
            && apt-get install -y make

        RUN <<EOF
        echo FROM nowhere
        EOF
        COPY --from=ghcr.io/maily/tools:2 /bin/lint /bin/
        RUN --mount=type=bind,from=busybox,target=/bb true
        FROM scratch
        COPY --from=build /app /app
        COPY --from=0 /etc/os-release /
        FROM ${TOOLS:-alpine:3}
        """;

    [Fact]
    public void An_instruction_knows_the_line_on_which_it_begins_whatever_comes_between() =>
        Dockerfile.Parse(Text).Instructions.Select(instruction => $"{instruction.Line}-{instruction.LastLine} {instruction.Keyword}").ShouldBe(
        [
            "2-2 ARG", "3-3 ARG", "4-4 FROM", "5-7 RUN", "9-11 RUN", "12-12 COPY", "13-13 RUN", "14-14 FROM", "15-15 COPY", "16-16 COPY", "17-17 FROM",
        ]);

    [Fact]
    public void A_continued_instruction_is_one_without_its_comments() =>
        Dockerfile.Parse(Text).Instructions[3].ToString().ShouldBe("RUN apt-get update && apt-get install -y make");

    [Fact]
    public void Bases_are_what_comes_from_elsewhere_with_arguments_filled_in() =>
        Dockerfile.Parse(Text).BasesWith(new Dictionary<string, string> { ["BASE"] = "debian:12" }).Select(found => $"{found.Line} {found.Name}").ShouldBe(
            ["4 debian:12", "12 ghcr.io/maily/tools:2", "13 busybox", "17 alpine:3"]);

    [Fact]
    public void Other_names_take_the_place_of_bases_and_lines_keep_their_numbers()
    {
        var dockerfile = Dockerfile.Parse(Text);
        var bases = dockerfile.BasesWith(new Dictionary<string, string>());

        var changed = dockerfile.WithNames(bases, new Dictionary<string, string> { ["debian:13"] = "debian@sha256:d", ["busybox"] = "busybox@sha256:b", ["ghcr.io/maily/tools:2"] = "ghcr.io/maily/tools@sha256:t" });

        var lines = changed.Split('\n');
        lines.Length.ShouldBe(Text.Split('\n').Length);
        lines[3].ShouldBe("FROM --platform=linux/amd64 debian@sha256:d AS build");
        lines[11].ShouldBe("COPY --from=ghcr.io/maily/tools@sha256:t /bin/lint /bin/");
        lines[12].ShouldBe("RUN --mount=type=bind,from=busybox@sha256:b,target=/bb true");
        lines[16].ShouldBe("FROM ${TOOLS:-alpine:3}");
    }

    [Fact]
    public void An_escape_directive_makes_the_backslash_an_ordinary_character() =>
        Dockerfile.Parse("# escape=`\nFROM scratch\nRUN dir C:\\\nRUN one `\n  two\n").Instructions.Select(found => found.ToString())
            .ShouldBe(["FROM scratch", "RUN dir C:\\", "RUN one two"]);

    [Theory]
    [InlineData("FROM scratch\nFROM ${TARGETARCH}/base", "")]
    [InlineData("ARG A=x\nARG B=${A}y\nFROM $B", "xy")]
    [InlineData("ARG A\nFROM ${A:+never}${A:-other}", "other")]
    [InlineData("FROM a AS one\nFROM ONE\nFROM b", "a b")]
    [InlineData("FROM a\nARG B=b\nFROM ${B}c", "a c")]
    public void Variables_of_FROM_are_the_engine_s(string text, string bases) =>
        string.Join(' ', Dockerfile.Parse(text).BasesWith(new Dictionary<string, string>()).Select(found => found.Name)).ShouldBe(bases);
}
