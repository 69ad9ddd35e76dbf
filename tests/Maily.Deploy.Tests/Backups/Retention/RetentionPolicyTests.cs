using Maily.Deploy.Backups.Retention;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Backups.Retention;

public sealed class RetentionPolicyTests
{
    static readonly DateTimeOffset Now = new(2026, 6, 30, 12, 0, 0, TimeSpan.Zero);

    static readonly RetentionPolicy None = new() { Last = 0, Daily = 0, Weekly = 0 };

    [Fact]
    public void The_last_ones_are_kept() =>
        Kept(None with { Last = 2 }, Hours(1, 2, 3)).ShouldBe(["1 h", "2 h"]);

    [Fact]
    public void The_newest_of_each_day_is_kept_for_so_many_days_that_have_one() =>
        Kept(None with { Daily = 2 }, Hours(1, 2, 13, 14, 100, 101)).ShouldBe(["1 h", "13 h"]);

    [Fact]
    public void The_newest_of_each_week_is_kept_for_so_many_weeks_that_have_one() =>
        Kept(None with { Weekly = 2 }, Hours(1, 24, 24 * 7, 24 * 8, 24 * 20)).ShouldBe(["1 h", "168 h"]);

    [Fact]
    public void What_expires_is_deleted_even_where_it_is_one_of_the_last_and_needed() =>
        Kept(new() { Expiry = TimeSpan.FromDays(2) }, Hours(47, 48), "48 h").ShouldBe(["47 h"]);

    [Fact]
    public void What_a_deployment_needs_is_kept_until_it_expires() =>
        Kept(None, Hours(1, 24, 24 * 34), "24 h", "816 h").ShouldBe(["24 h", "816 h"]);

    [Fact]
    public void What_was_never_completed_is_deleted_a_day_later()
    {
        var decisions = new RetentionPolicy().Decide([new("new", Now.AddHours(-23), false), new("old", Now.AddHours(-24), false)], new HashSet<string>(), Now);
        decisions.Select(decision => (decision.Backup.Id, decision.IsDeleted)).ShouldBe([("new", false), ("old", true)]);
    }

    [Fact]
    public void Half_backups_take_no_whole_ones_place() =>
        Kept(None with { Last = 1 }, [new("half", Now.AddHours(-1), false), .. Hours(2, 3)]).ShouldBe(["half", "2 h"]);

    [Theory]
    [InlineData("35d", 35 * 24)]
    [InlineData("12h", 12)]
    public void The_expiry_is_read_as_people_type_it(string text, int hours) => Read(text).Expiry.ShouldBe(TimeSpan.FromHours(hours));

    [Theory]
    [InlineData("0d")]
    [InlineData("never")]
    public void An_expiry_that_is_none_is_refused(string text) => Should.Throw<MalformedVariableException>(() => Read(text)).Name.ShouldBe("MAILY_BACKUP_EXPIRY");

    [Theory]
    [InlineData("last=3", 3, 7, 4)]
    [InlineData("last=0, daily = 14,weekly=8", 0, 14, 8)]
    public void How_many_are_kept_can_be_set(string text, int last, int daily, int weekly)
    {
        var policy = RetentionPolicy.From(new([new("MAILY_BACKUP_KEEP", text, "test"), new("MAILY_BACKUP_EXPIRY", "9d", "test")]));
        (policy.Last, policy.Daily, policy.Weekly, policy.Expiry).ShouldBe((last, daily, weekly, TimeSpan.FromDays(9)));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("last=-1")]
    [InlineData("last=many")]
    [InlineData("monthly=3")]
    [InlineData("last=0,daily=0,weekly=0")]
    public void Counts_that_are_none_are_refused(string text) =>
        Should.Throw<MalformedVariableException>(() => RetentionPolicy.From(new([new("MAILY_BACKUP_KEEP", text, "test")]))).Name.ShouldBe("MAILY_BACKUP_KEEP");

    [Fact]
    public void Unless_set_nothing_is_kept_longer_than_35_days() => RetentionPolicy.From(new([])).Expiry.ShouldBe(TimeSpan.FromDays(35));

    static RetentionPolicy Read(string text) => RetentionPolicy.From(new([new("MAILY_BACKUP_EXPIRY", text, "test")]));

    static BackupFact[] Hours(params int[] ago) => [.. ago.Select(hours => new BackupFact($"{hours} h", Now.AddHours(-hours), true))];

    static IEnumerable<string> Kept(RetentionPolicy policy, BackupFact[] backups, params string[] needed) =>
        policy.Decide(backups, needed.ToHashSet(), Now).Where(decision => !decision.IsDeleted).Select(decision => decision.Backup.Id);
}
