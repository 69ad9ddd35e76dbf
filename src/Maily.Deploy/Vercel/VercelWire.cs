using System.Collections.Immutable;

namespace Maily.Deploy.Vercel;

sealed record VercelUserAnswer(VercelUser? User);

/// <summary>Whom a token belongs to.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Username">The user's name.</param>
public sealed record VercelUser(string? Id, string? Username);

sealed record VercelDeploymentList(ImmutableArray<VercelDeployment> Deployments, VercelPagination? Pagination);

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
