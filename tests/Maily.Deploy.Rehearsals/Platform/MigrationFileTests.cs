using System.Text.RegularExpressions;

namespace Maily.Deploy.Rehearsals.Platform;

public sealed partial class MigrationFileTests
{
    static readonly string[] Files =
        [.. Directory.GetFiles(PlatformFolder.Path("supabase", "migrations")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_ten_migrations_and_each_has_a_name_that_the_Supabase_CLI_does_not_skip()
    {
        Files.Length.ShouldBe(10);
        Files.ShouldAllBe(file => FileName().IsMatch(file));
    }

    [Fact]
    public void Each_version_is_used_once() =>
        Files.Select(file => file[..14]).ShouldBeUnique();

    [Fact]
    public void Each_version_is_a_time() =>
        Files.Where(file => !DateTime.TryParseExact(file[..14], "yyyyMMddHHmmss", null, default, out _)).ShouldBeEmpty();

    [Fact]
    public void No_file_ends_the_transaction_that_it_is_applied_in()
    {
        foreach (var file in Files)
            TransactionWord().IsMatch(Read(file)).ShouldBeFalse(file);
    }

    [Fact]
    public void Each_table_has_row_level_security_from_the_file_that_makes_it()
    {
        var tables = Files.SelectMany(file => CreateTable().Matches(Read(file)).Select(match => (File: file, Table: match.Groups["table"].Value))).ToList();

        tables.Select(one => one.Table).ShouldBe(["profiles", "campaigns", "recipients", "sends", "events", "credits"]);
        foreach (var (file, table) in tables)
            Read(file).ShouldContain($"alter table public.{table} enable row level security;");
    }

    [Fact]
    public void A_function_that_runs_as_its_owner_trusts_no_search_path()
    {
        var functions = Files.Select(Read).Where(text => text.Contains("security definer", StringComparison.Ordinal)).ToList();

        functions.ShouldNotBeEmpty();
        functions.ShouldAllBe(text => text.Contains("set search_path = ''", StringComparison.Ordinal));
    }

    static string Read(string file) => File.ReadAllText(PlatformFolder.Path("supabase", "migrations", file));

    [GeneratedRegex("^[0-9]{14}_[a-z_]+\\.sql$", RegexOptions.None, 1000)]
    private static partial Regex FileName();

    [GeneratedRegex("^\\s*(begin|commit|rollback)\\s*;|\\bconcurrently\\b", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TransactionWord();

    [GeneratedRegex("^create table public\\.(?<table>\\w+)", RegexOptions.Multiline, 1000)]
    private static partial Regex CreateTable();
}
