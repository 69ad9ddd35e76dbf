using System.Collections.Immutable;
using System.Text.Json;

namespace Maily.Deploy.Vercel;

sealed record VercelUserAnswer(VercelUser? User);

/// <summary>Whom a token belongs to.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Username">The user's name.</param>
public sealed record VercelUser(string? Id, string? Username);

sealed record VercelDeploymentList(ImmutableArray<VercelDeployment> Deployments, VercelPagination? Pagination);

// The project's own variables come as envs, the team's shared ones as data. Forms that differ between versions are taken as they are.
sealed record VercelVariableList(ImmutableArray<VercelVariable> Envs, ImmutableArray<VercelVariable> Data, VercelPagination? Pagination)
{
    public IEnumerable<VercelVariable> All => new[] { Envs, Data }.Where(list => !list.IsDefault).SelectMany(list => list);
}

sealed record VercelVariable(string? Id, string? Key, string? GitBranch, JsonElement Target, JsonElement UpdatedAt)
{
    public bool IsForProduction => Target.ToString().Contains("production", StringComparison.Ordinal);

    public override string ToString() => $"{Id} {Key} {GitBranch} {Target} {UpdatedAt}";
}

sealed record VercelPagination(long? Next);

sealed record VercelErrorAnswer(VercelError? Error);

sealed record VercelError(string? Code, string? Message);

sealed record VercelEvent(string? Type, string? Text, VercelEventPayload? Payload)
{
    public string? Line => Text ?? Payload?.Text;
}

sealed record VercelEventPayload(string? Text);

sealed record VercelRollingReleaseAnswer(VercelRollingRelease? RollingRelease);

sealed record VercelRollingRelease(string? State);

sealed record VercelAliasList(ImmutableArray<VercelAliasStatus> Aliases);

sealed record VercelAliasStatus(string? Alias, string? Status);
