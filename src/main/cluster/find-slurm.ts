/**
 * Lines of a script that put Slurm's tools on its PATH. ssh starts no login shell, and many clusters name them only in what a
 * login shell reads.
 */
export const findSlurm = `
PATH="$PATH:/usr/bin:/bin:/usr/local/bin:/opt/slurm/bin:/usr/local/slurm/bin:/cm/shared/apps/slurm/current/bin"
command -v sbatch >/dev/null 2>&1 || [ ! -r /etc/profile ] || . /etc/profile >/dev/null 2>&1
`
