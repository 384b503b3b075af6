---@brief
---
--- isolint shows which database work of a Django test leaves the test's transaction, and rewrites the test.
---
--- Install the server where your editor finds it (`pip install isolint`, `pipx install isolint`), copy this file to
--- `~/.config/nvim/lsp/isolint.lua`, and add to your `init.lua`:
---
--- ```lua
--- vim.lsp.enable('isolint')
--- ```
---
--- It runs beside any other Python server. Its settings are the keys of `[tool.isolint]` in `pyproject.toml`, which is
--- the better place for what a team shares.

---@type vim.lsp.Config
return {
  cmd = { 'isolint', 'server' },
  filetypes = { 'python' },
  root_markers = {
    'pytest.ini',
    '.pytest.ini',
    'pytest.toml',
    'pyproject.toml',
    'tox.ini',
    'setup.cfg',
    'manage.py',
    '.git',
  },
  settings = {
    isolint = {},
  },
}
