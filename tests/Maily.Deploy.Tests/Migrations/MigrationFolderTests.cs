using System.Text;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Tests.Migrations;

public sealed class MigrationFolderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("maily-migrations-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Files_are_read_in_the_order_of_their_names_and_others_are_left_out_with_a_warning()
    {
        Write("9_last.sql");
        Write("10_first.sql");
        Write("readme.sql");
        Write("20260101000000_x.sql.bak");
        var set = await ReadAsync();
        set.Files.Select(file => file.Title).ShouldBe(["10_first", "9_last"]);
        set.Warnings.Length.ShouldBe(2);
    }

    [Fact]
    public async Task The_init_file_of_an_old_cli_is_left_out_only_where_it_is_first()
    {
        Write("20200101000000_init.sql");
        Write("20200201000000_init.sql");
        (await ReadAsync()).Files.Single().Version.ShouldBe("20200201000000");
    }

    [Fact]
    public async Task Two_files_of_one_version_are_refused_with_both_paths()
    {
        Write("1_a.sql");
        Write("1_b.sql");
        var error = await Should.ThrowAsync<DuplicateMigrationException>(ReadAsync);
        error.Paths.Select(Path.GetFileName).ShouldBe(["1_a.sql", "1_b.sql"]);
    }

    [Fact]
    public void A_byte_order_mark_is_taken_off_and_line_ends_stay() =>
        MigrationFolder.Parse("1_a.sql", [0xef, 0xbb, 0xbf, .. "select\r\n1;\r\n"u8]).Statements.Single().Text.ShouldBe("select\r\n1");

    [Fact]
    public void Other_encodings_are_refused() =>
        Should.Throw<UnreadableMigrationException>(() => MigrationFolder.Parse("1_a.sql", Encoding.Latin1.GetBytes("select '\u00e9'"))).Fact.ShouldContain("UTF-8");

    [Theory]
    [InlineData("select 1;\n\\connect other\n")]
    [InlineData("copy t from stdin;\n1\ta\n\\.\n")]
    public void Commands_of_psql_are_refused_with_their_line(string sql)
    {
        var error = Should.Throw<UnreadableMigrationException>(() => Sql.File(sql));
        error.Fact.ShouldContain($"line {(sql.StartsWith("copy", StringComparison.Ordinal) ? 3 : 2)}");
    }

    [Fact]
    public void A_backslash_in_a_string_or_comment_is_no_command() =>
        Sql.File("select '\\n' -- \\d\n, $$\\d$$").Statements.Length.ShouldBe(1);

    Task<MigrationSet> ReadAsync() => MigrationFolder.ReadAsync(folder, TestContext.Current.CancellationToken);

    void Write(string name) => File.WriteAllText(Path.Combine(folder, name), "select 1;");
}
