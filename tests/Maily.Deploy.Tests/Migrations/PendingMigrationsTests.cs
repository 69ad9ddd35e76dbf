using Maily.Deploy.Migrations;

namespace Maily.Deploy.Tests.Migrations;

public sealed class PendingMigrationsTests
{
    [Theory]
    [InlineData("1 2 3", "", "1 2 3")]
    [InlineData("1 2 3", "1", "2 3")]
    [InlineData("1 2", "1 2", "")]
    [InlineData("10 9", "10", "9")]
    public void What_comes_after_the_newest_applied_one_is_pending(string local, string remote, string pending) =>
        Decide(local, remote).ShouldBe(Words(pending));

    [Fact]
    public void A_version_that_only_the_database_has_is_refused_in_the_words_of_the_cli()
    {
        var error = Should.Throw<MissingLocalMigrationsException>(() => Decide("1 3", "1 2", includeAll: true));
        error.Versions.ShouldBe(["2"]);
        error.Fact.ShouldBe("Remote migration versions not found in local migrations directory.");
    }

    [Fact]
    public void An_older_one_is_refused_in_the_words_of_the_cli_unless_it_is_asked_for()
    {
        var error = Should.Throw<OutOfOrderMigrationsException>(() => Decide("1 2 3 4", "1 3"));
        error.Titles.ShouldBe(["2_test"]);
        error.Fact.ShouldBe("Found local migration files to be inserted before the last migration on remote database.");
        Decide("1 2 3 4", "1 3", includeAll: true).ShouldBe(["2", "4"]);
    }

    [Fact]
    public void A_missing_local_file_wins_over_an_older_one() =>
        Should.Throw<MissingLocalMigrationsException>(() => Decide("1 2 4", "1 3 4"));

    static IEnumerable<string> Decide(string local, string remote, bool includeAll = false) =>
        PendingMigrations.Decide(Words(local).Select(version => Sql.File("select 1", version)), Words(remote), includeAll).Select(file => file.Version);

    static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
