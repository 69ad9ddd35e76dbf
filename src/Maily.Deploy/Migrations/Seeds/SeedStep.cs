using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Migrations.Seeds;

/// <summary>Runs a seed file and notes it in the same transaction. One that was run with other content is only noted anew, as the CLI does it.</summary>
sealed class SeedStep(DatabaseSettings settings, SeedFile seed) : Step
{
    public override StepKind Kind => StepKind.Additive;

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) =>
        await AppliedAsync(cancellation) == seed.Hash ? Finding.AsWanted(Outputs) : Finding.Absent;

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var isDirty = await AppliedAsync(cancellation) is not null;
        if (isDirty)
            context.Deployment.Log.LogWarning("{Seed} was run before with other content: it is not run again, only its checksum is noted", seed.Path);
        var database = new DatabaseWriter(settings, context.Permit);
        await using var connection = await database.OpenAsync(cancellation);
        await MailySchema.EnsureAsync(connection, cancellation);
        await database.InFencedTransactionAsync(connection, context.Deployment.Environment, async (_, token) =>
        {
            await connection.RunAsync(SeedFile.Create, token);
            if (!isDirty)
                await StatementBatch.RunAsync(connection, seed.Content, MigrationPlan.InOneTransaction(seed.Content), token);
            await connection.RunAsync(SeedFile.Upsert, token, seed.Path, seed.Hash);
        }, cancellation);
        return Outputs;
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Verification.Compare(seed.Hash, await AppliedAsync(cancellation) ?? "not run");

    async Task<string?> AppliedAsync(CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        return (await SeedFile.ReadAppliedAsync(connection, cancellation)).GetValueOrDefault(seed.Path);
    }

    StepOutputs Outputs => StepOutputs.Of(("path", seed.Path), ("hash", seed.Hash));
}

/// <summary>Runs <c>supabase/roles.sql</c> before the migrations, each time, as the CLI's <c>--include-roles</c> does: it must be one that can be run again.</summary>
sealed class RolesStep(DatabaseSettings settings, MigrationFile roles) : Step
{
    const string Mark = "roles";

    public override StepKind Kind => StepKind.Additive;

    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) =>
        await IsOwnAsync(context, cancellation) ? Finding.ByThis(StepOutputs.None) : Finding.Absent;

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var database = new DatabaseWriter(settings, context.Permit);
        await using var connection = await database.OpenAsync(cancellation);
        await MailySchema.EnsureAsync(connection, cancellation);
        await database.InFencedTransactionAsync(connection, context.Deployment.Environment, async (_, token) =>
        {
            await StatementBatch.RunAsync(connection, roles, MigrationPlan.InOneTransaction(roles), token);
            await connection.RunAsync(MigrationMark.Upsert, token, Mark, context.Permit.Deployment.Value, context.Permit.FencingNumber, roles.Statements.Length, true);
        }, cancellation);
        return StepOutputs.None;
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        Verification.Compare("run by this deployment", await IsOwnAsync(context, cancellation) ? "run by this deployment" : "not run by this deployment");

    async Task<bool> IsOwnAsync(DeploymentContext context, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        return (await MigrationMark.FindAsync(connection, Mark, cancellation))?.Deployment == context.Id.Value;
    }

    /// <summary>The step; null where there is no such file.</summary>
    public static async Task<ImmutableArray<Step>> PlanAsync(DatabaseSettings settings, string supabase, CancellationToken cancellation)
    {
        var path = Path.Combine(supabase, "roles.sql");
        return File.Exists(path)
            ? [new RolesStep(settings, MigrationFolder.ParseUnversioned(path, await File.ReadAllBytesAsync(path, cancellation))) { Id = new(MigrateStage.Name, "roles"), Title = "run supabase/roles.sql" }]
            : [];
    }
}
