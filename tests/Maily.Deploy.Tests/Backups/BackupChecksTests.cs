using Maily.Deploy.Backups;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Tests.Backups;

public sealed class BackupChecksTests
{
    static readonly EnvironmentPolicy Production = new("production") { RequiresConfirmation = true };

    [Fact]
    public async Task An_environment_that_asks_for_consent_is_refused_without_a_key()
    {
        var line = (await CheckAsync(Production)).Lines.Where(line => line.Name == "backup key").ShouldHaveSingleItem();
        line.Result.Outcome.ShouldBe(CheckOutcome.Failed);
        line.Result.Remedy.ShouldContain("`openssl rand -base64 32`");
    }

    [Fact]
    public async Task Another_one_is_told_that_its_backups_are_not_sealed() =>
        (await CheckAsync(new("staging"))).Lines.Where(line => line.Name == "backup key").ShouldHaveSingleItem().Result.Outcome.ShouldBe(CheckOutcome.Warning);

    [Fact]
    public void A_policy_can_demand_more_but_not_less()
    {
        new EnvironmentPolicy("staging") { RequiresSealedBackups = true }.RequiresSealedBackups.ShouldBeTrue();
        (Production with { RequiresSealedBackups = false }).RequiresSealedBackups.ShouldBeTrue();
    }

    [Fact]
    public async Task A_malformed_key_is_a_fault_everywhere_and_not_shown()
    {
        var line = (await CheckAsync(new("staging"), "hunter2")).Lines.Where(line => line.Name == "backup key").ShouldHaveSingleItem();
        line.Result.Outcome.ShouldBe(CheckOutcome.Failed);
        line.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task The_key_that_seals_is_named_by_its_id() =>
        (await CheckAsync(Production, new string('a', 64))).Lines.Where(line => line.Name == "backup key").ShouldHaveSingleItem().Result.Fact.ShouldMatch("^backups are sealed with key [0-9a-f]{8}$");

    [Theory]
    [InlineData("MAILY_BACKUP_URL", "foo", CheckOutcome.Failed)]
    [InlineData("MAILY_BACKUP_EXPIRY", "never", CheckOutcome.Failed)]
    [InlineData("MAILY_BACKUP_EXPIRY", "7d", CheckOutcome.Passed)]
    public async Task A_place_or_an_expiry_that_cannot_be_read_is_a_fault_before_anything_is_made(string variable, string value, CheckOutcome expected) =>
        (await CheckAsync(new("staging"), value, variable)).Lines.Single(line => line.Name == "place").Result.Outcome.ShouldBe(expected);

    static Task<CheckReport> CheckAsync(EnvironmentPolicy policy, string? key = null, string variable = "MAILY_BACKUP_KEY") => new CheckRunner(TimeProvider.System)
        .RunAsync(BackupChecks.For(new(key is null ? [] : [new(variable, key, "test")]), policy), ["Backup"], TestContext.Current.CancellationToken);
}
