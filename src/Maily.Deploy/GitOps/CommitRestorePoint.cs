namespace Maily.Deploy.GitOps;

/// <summary>What a region's folder was before a deployment; enough to have it again from any machine.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="Path">The folder in the repository.</param>
/// <param name="Commit">The branch's commit then.</param>
/// <param name="Tree">The folder's tree then; null where there was no such folder.</param>
/// <param name="Files">The folder as a tar archive, compressed by gzip, in base 64; null where there was none.</param>
/// <param name="TakesOver">Whether the same release was live already, applied without Argo CD: then its objects stay when this is taken back.</param>
public sealed record CommitRestorePoint(string Region, string Path, string Commit, string? Tree, string? Files, bool TakesOver);
